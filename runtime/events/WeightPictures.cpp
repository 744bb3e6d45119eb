// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/WeightPictures.h"

namespace tenon::events {
namespace {
/// Element (i, j) of the result is element j * rows + i of the weight, seen as a matrix of `rows` columns.
Array transposed(const Array &weight, int64_t rows) {
  const int64_t columns = weight.size() / rows;
  Array result({rows, columns}, DType::F32);
  float *out = result.data<float>();
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j)
      *out++ = static_cast<float>(weight.at(j * rows + i));
  return result;
}
} // namespace

std::optional<Array> weightPictures(const Array &weight) {
  Shape shape;
  for (int64_t size : weight.shape())
    if (size != 1)
      shape.push_back(size);
  if (weight.size() == 0)
    return std::nullopt;
  switch (shape.size()) {
  case 1:
    return weight.reshape({1, shape[0], 1, 1});
  case 2:
    if (shape[0] > shape[1])
      return transposed(weight, shape[1]).reshape({1, shape[1], shape[0], 1});
    return weight.reshape({1, shape[0], shape[1], 1});
  case 3:
    return transposed(weight, shape[2]).reshape({shape[2], shape[0], shape[1], 1});
  case 4:
    if (shape[3] == 3 || shape[3] == 4)
      return weight.reshape({shape[0], shape[1], shape[2], shape[3]});
  }
  return std::nullopt;
}

} // namespace tenon::events
