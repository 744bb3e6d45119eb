// SPDX-License-Identifier: Apache-2.0
// The values of a Summary, each in the form that TensorBoard's plugin of its kind reads today: a tensor with the plugin's
// name beside it.
#include "runtime/events/Histogram.h"
#include "runtime/events/Pictures.h"
#include "runtime/events/Protobuf.h"

#include <tenon/error.h>
#include <tenon/events.h>

#include <cstring>

namespace tenon {
namespace {
using events::Message;

// Field numbers and constants of summary.proto, tensor.proto and types.proto.
enum ValueField { Tag = 1, Tensor = 8, Metadata = 9 };
enum TensorField { Type = 1, ShapeOf = 2, Content = 4, FloatValues = 5, StringValues = 8 };
enum TensorType { Float = 1, Double = 2, String = 7 };
enum DataClass { Unknown = 0, ScalarClass = 1, TensorClass = 2, BlobSequence = 3 };

Message shapeOf(std::initializer_list<size_t> sizes) {
  Message shape;
  for (size_t size : sizes)
    shape.message(2, Message().integer(1, static_cast<int64_t>(size)));
  return shape;
}

Message strings(const std::vector<std::string> &values, bool scalar) {
  Message tensor;
  tensor.integer(Type, String).message(ShapeOf, scalar ? shapeOf({}) : shapeOf({values.size()}));
  for (const std::string &value : values)
    tensor.bytes(StringValues, value);
  return tensor;
}

void append(std::string &values, const std::string &tag, const char *plugin, DataClass dataClass, const Message &tensor,
            const std::string &content = "") {
  Message metadata, value;
  metadata.message(1, Message().bytes(1, plugin).bytes(2, content));
  if (dataClass != Unknown)
    metadata.integer(4, dataClass);
  value.bytes(Tag, tag).message(Tensor, tensor).message(Metadata, metadata);
  values += Message().message(1, value).data();
}
} // namespace

void Summary::scalar(const std::string &tag, double value) {
  Message tensor;
  tensor.integer(Type, Float).message(ShapeOf, shapeOf({})).floats(FloatValues, {static_cast<float>(value)});
  append(values_, tag, "scalars", ScalarClass, tensor);
}

void Summary::histogram(const std::string &tag, const Array &values) {
  std::vector<events::Bucket> buckets = events::histogram(values);
  std::string content;
  for (const events::Bucket &bucket : buckets)
    for (double number : bucket) {
      uint64_t bits;
      std::memcpy(&bits, &number, sizeof bits);
      events::appendLittleEndian(content, bits);
    }
  Message tensor;
  tensor.integer(Type, Double).message(ShapeOf, shapeOf({buckets.size(), 3})).bytes(Content, content);
  append(values_, tag, "histograms", TensorClass, tensor);
}

void Summary::images(const std::string &tag, const Array &pictures) {
  const Shape &shape = pictures.shape();
  const int64_t channels = pictures.rank() == 4 ? shape[3] : 0;
  if (channels != 1 && channels != 3 && channels != 4)
    throw Error("Summary::images: " + tag + ": expected shape (count, height, width, 1, 3 or 4), received " +
                    toString(shape),
                Fault::Usage);
  std::vector<std::string> parts = {std::to_string(shape[2]), std::to_string(shape[1])};
  for (std::string &png : events::pngs(pictures))
    parts.push_back(std::move(png));
  append(values_, tag, "images", BlobSequence, strings(parts, /*scalar=*/false));
}

void Summary::text(const std::string &tag, const std::string &markdown) {
  append(values_, tag, "text", TensorClass, strings({markdown}, /*scalar=*/true));
}

void Summary::model(const std::string &tag, const std::string &json) {
  append(values_, tag, "graph_keras_model", Unknown, strings({json}, /*scalar=*/true), "1");
}

void Summary::data(const std::string &tag, const std::string &plugin, const std::string &content) {
  Message tensor; // of no elements; its size 0 is the default, which TensorBoard's own writer leaves out
  tensor.integer(Type, Float).message(ShapeOf, Message().message(2, Message()));
  append(values_, tag, plugin.c_str(), Unknown, tensor, content);
}

} // namespace tenon
