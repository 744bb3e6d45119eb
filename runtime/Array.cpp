// SPDX-License-Identifier: Apache-2.0
#include <tenon/array.h>

#include "runtime/Memory.h"

#include <tenon/error.h>

#include <cmath>
#include <cstring>
#include <limits>

namespace tenon {

size_t sizeOf(DType dtype) {
  switch (dtype) {
  case DType::F32:
  case DType::I32:
    return 4;
  case DType::I64:
    return 8;
  case DType::I8:
    return 1;
  }
  throw Error("element type " + std::to_string(int(dtype)) + " does not exist", Fault::Tenon);
}

const char *nameOf(DType dtype) {
  switch (dtype) {
  case DType::F32:
    return "float32";
  case DType::I32:
    return "int32";
  case DType::I64:
    return "int64";
  case DType::I8:
    return "int8";
  }
  return "unknown";
}

std::string toString(const Shape &shape) {
  std::string text = "(";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += i ? ", " : "";
    text += shape[i] == -1 ? "?" : std::to_string(shape[i]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

int64_t elementCount(const Shape &shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    if (dim < 0 || __builtin_mul_overflow(count, dim, &count) || count > (int64_t(1) << 58))
      throw Error("an array cannot have the shape " + toString(shape));
  return count;
}

Array::Array() : shape_{0} {}

Array::Array(Shape shape, DType dtype) : dtype_(dtype), shape_(std::move(shape)), size_(elementCount(shape_)) {
  owner_ = allocateAligned(bytes(), "array");
  data_ = owner_.get();
  std::memset(data_, 0, bytes());
}

Array::Array(std::vector<float> values, Shape shape) : Array(std::move(shape), DType::F32) {
  fill(values.data(), values.size(), sizeof(float));
}

Array::Array(std::initializer_list<float> values) : Array(Shape{static_cast<int64_t>(values.size())}, DType::F32) {
  fill(values.begin(), values.size(), sizeof(float));
}

Array Array::matrix(std::initializer_list<std::initializer_list<float>> rows) {
  std::vector<float> values;
  int64_t columns = rows.size() ? static_cast<int64_t>(rows.begin()->size()) : 0;
  for (auto &row : rows) {
    if (static_cast<int64_t>(row.size()) != columns)
      throw Error("Array::matrix: expected rows of " + std::to_string(columns) +
                  " values like the first, received a row of " + std::to_string(row.size()));
    values.insert(values.end(), row.begin(), row.end());
  }
  return Array(std::move(values), {static_cast<int64_t>(rows.size()), columns});
}

Array Array::scalar(float value) { return Array(std::vector<float>{value}, Shape{}); }

Array Array::fromDoubles(const std::vector<double> &values, Shape shape) {
  return Array(std::vector<float>(values.begin(), values.end()), std::move(shape));
}

Array Array::view(void *data, Shape shape, DType dtype, std::shared_ptr<void> owner) {
  Array array;
  array.dtype_ = dtype;
  array.shape_ = std::move(shape);
  array.size_ = elementCount(array.shape_);
  array.data_ = data;
  array.owner_ = std::move(owner);
  return array;
}

void Array::fill(const void *values, size_t count, size_t elementBytes) {
  if (static_cast<int64_t>(count) != size_)
    throw Error("an array of shape " + toString(shape_) + " takes " + std::to_string(size_) + " values, received " +
                std::to_string(count));
  if (count)
    std::memcpy(data_, values, count * elementBytes);
}

void Array::require(DType dtype) const {
  if (dtype != dtype_)
    throw Error(std::string("the array holds ") + nameOf(dtype_) + ", not " + nameOf(dtype));
}

double Array::at(int64_t index) const {
  if (index < 0 || index >= size_)
    throw Error("index " + std::to_string(index) + " is outside an array of shape " + toString(shape_));
  switch (dtype_) {
  case DType::F32:
    return static_cast<float *>(data_)[index];
  case DType::I32:
    return static_cast<int32_t *>(data_)[index];
  case DType::I64:
    return static_cast<double>(static_cast<int64_t *>(data_)[index]);
  case DType::I8:
    return static_cast<int8_t *>(data_)[index];
  }
  return 0;
}

Array Array::rows(int64_t begin, int64_t end) const {
  if (shape_.empty() || begin < 0 || begin > end || end > shape_[0])
    throw Error("rows " + std::to_string(begin) + " to " + std::to_string(end) + " are outside an array of shape " +
                toString(shape_));
  Shape shape = shape_;
  shape[0] = end - begin;
  return view(static_cast<char *>(data_) + static_cast<size_t>(begin) * rowBytes(), std::move(shape), dtype_, owner_);
}

Array Array::reshape(Shape shape) const {
  int64_t known = 1, *unknown = nullptr;
  for (int64_t &dim : shape)
    if (dim == -1 && !unknown)
      unknown = &dim;
    else
      known = elementCount({known, dim});
  Shape wanted = shape;
  if (unknown)
    *unknown = known ? size_ / known : 0;
  if (elementCount(shape) != size_)
    throw Error("an array of shape " + toString(shape_) + " cannot be reshaped to " + toString(wanted));
  return view(data_, std::move(shape), dtype_, owner_);
}

Array Array::clone() const {
  Array copy(shape_, dtype_);
  if (size_)
    std::memcpy(copy.data_, data_, bytes());
  return copy;
}

namespace {
template <typename To, typename From> void convert(const From *from, To *to, int64_t count) {
  for (int64_t i = 0; i < count; ++i) {
    if constexpr (!std::is_same_v<To, float>) {
      bool fits = true;
      if constexpr (std::is_same_v<From, float>)
        // 2^(bits - 1) is a float exactly, the largest integer is not.
        fits = std::floor(from[i]) == from[i] && from[i] >= static_cast<float>(std::numeric_limits<To>::min()) &&
               from[i] < -static_cast<float>(std::numeric_limits<To>::min());
      else
        fits = static_cast<From>(static_cast<To>(from[i])) == from[i];
      if (!fits)
        throw Error("the value " + std::to_string(from[i]) + " at index " + std::to_string(i) + " is no " +
                    nameOf(DTypeOf<To>::value));
    }
    to[i] = static_cast<To>(from[i]);
  }
}

template <typename To> void convertFrom(const Array &from, To *to) {
  switch (from.dtype()) {
  case DType::F32:
    return convert(from.data<float>(), to, from.size());
  case DType::I32:
    return convert(from.data<int32_t>(), to, from.size());
  case DType::I64:
    return convert(from.data<int64_t>(), to, from.size());
  case DType::I8:
    return convert(from.data<int8_t>(), to, from.size());
  }
}
} // namespace

Array Array::astype(DType dtype) const {
  if (dtype == dtype_)
    return *this;
  Array result(shape_, dtype);
  switch (dtype) {
  case DType::F32:
    convertFrom(*this, result.data<float>());
    break;
  case DType::I32:
    convertFrom(*this, result.data<int32_t>());
    break;
  case DType::I64:
    convertFrom(*this, result.data<int64_t>());
    break;
  case DType::I8:
    convertFrom(*this, result.data<int8_t>());
    break;
  }
  return result;
}

bool operator==(const Array &a, const Array &b) {
  return a.dtype_ == b.dtype_ && a.shape_ == b.shape_ && (a.size_ == 0 || std::memcmp(a.data_, b.data_, a.bytes()) == 0);
}

} // namespace tenon
