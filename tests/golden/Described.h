// SPDX-License-Identifier: Apache-2.0
// What Keras's files hold, to compare those that Tenon writes with Keras's own.
#pragma once
#include "frontend/files/Hdf5.h"
#include "frontend/files/Zip.h"
#include "tests/golden/Files.h"

namespace tenon::golden {

/// Everything in an HDF5 file: shapes, types and bits of its arrays, the attributes that Keras gives its groups.
inline void describe(const files::Hdf5File &file, const std::string &path, std::map<std::string, std::string> &out) {
  std::string &text = out[path];
  for (const char *key : {"name", "weight_names", "layer_names", "backend", "keras_version"})
    if (auto texts = file.texts(path, key)) {
      text += std::string(key) + " =";
      for (const std::string &value : *texts)
        text += " " + value;
      text += "; ";
    }
  for (const std::string &member : file.members(path)) {
    const std::string inner = path == "/" ? member : path + "/" + member;
    auto data = file.dataset(inner);
    if (!data) {
      describe(file, inner, out);
      continue;
    }
    const Array value(data->shape, data->type == "int64" ? DType::I64 : DType::F32);
    file.read(inner, value);
    out[inner] = data->type + " " + toString(data->shape) + " " + std::to_string(checksum(value));
  }
}
inline std::map<std::string, std::string> describe(std::string_view image) {
  std::map<std::string, std::string> out;
  describe(files::Hdf5File(image, "file"), "/", out);
  return out;
}
inline std::map<std::string, std::string> describeFile(const std::string &path) {
  if (path.ends_with(".keras"))
    return describe(files::ZipFile(path).read("model.weights.h5").view());
  return describe(contentOf(path));
}

} // namespace tenon::golden
