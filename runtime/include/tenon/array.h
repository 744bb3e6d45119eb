// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_ARRAY_H
#define TENON_ARRAY_H

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace tenon {

/// Element types; the numbers are tenon_dtype's and the manifest's.
enum class DType : int8_t { F32 = 0, I32 = 1, I64 = 2, I8 = 3 };

/// Bytes of one element.
size_t sizeOf(DType dtype);
/// Keras's and NumPy's name: "float32", "int32", "int64", "int8".
const char *nameOf(DType dtype);

template <typename T> struct DTypeOf;
template <> struct DTypeOf<float> { static constexpr DType value = DType::F32; };
template <> struct DTypeOf<int32_t> { static constexpr DType value = DType::I32; };
template <> struct DTypeOf<int64_t> { static constexpr DType value = DType::I64; };
template <> struct DTypeOf<int8_t> { static constexpr DType value = DType::I8; };

/// Dimensions, outermost first; empty for a scalar.
using Shape = std::vector<int64_t>;

/// "(2, 3)", "(2,)", "()"; a dimension of -1 prints as "?".
std::string toString(const Shape &shape);
/// The product of the dimensions; an Error when one is negative or the product does not fit.
int64_t elementCount(const Shape &shape);

/// A dense row-major array. Copies share the elements, as NumPy's names do; clone() copies them. Own memory is 64-byte
/// aligned and starts as zeros; a view borrows the caller's memory, which must outlive it.
class Array {
public:
  /// float32, shape (0,).
  Array();
  /// Zeros.
  Array(Shape shape, DType dtype);
  /// The values in row-major order; an Error when their number is not the shape's.
  Array(std::vector<float> values, Shape shape);
  template <typename T> Array(const std::vector<T> &values, Shape shape) : Array(std::move(shape), DTypeOf<T>::value) {
    fill(values.data(), values.size(), sizeof(T));
  }
  /// One dimension: Array{1, 2, 3} is a float32 array of shape (3,).
  Array(std::initializer_list<float> values);
  /// Two dimensions, from rows of equal length.
  static Array matrix(std::initializer_list<std::initializer_list<float>> rows);
  static Array scalar(float value);
  /// float32 from f64 values, rounded to nearest.
  static Array fromDoubles(const std::vector<double> &values, Shape shape);
  /// Borrows `data`, or shares it when `owner` keeps it alive.
  static Array view(void *data, Shape shape, DType dtype, std::shared_ptr<void> owner = nullptr);

  DType dtype() const { return dtype_; }
  const Shape &shape() const { return shape_; }
  int64_t rank() const { return static_cast<int64_t>(shape_.size()); }
  int64_t size() const { return size_; }
  size_t bytes() const { return static_cast<size_t>(size_) * sizeOf(dtype_); }
  /// Rows are slices along axis 0; a scalar has one.
  int64_t rowCount() const { return shape_.empty() ? 1 : shape_[0]; }
  size_t rowBytes() const { return rowCount() ? bytes() / static_cast<size_t>(rowCount()) : 0; }

  void *raw() const { return data_; }
  /// The elements; an Error when T is not the array's dtype.
  template <typename T> T *data() const {
    require(DTypeOf<T>::value);
    return static_cast<T *>(data_);
  }
  template <typename T> std::vector<T> toVector() const { return std::vector<T>(data<T>(), data<T>() + size_); }
  /// Element `index` in row-major order, converted to double.
  double at(int64_t index) const;

  /// Rows [begin, end), sharing the elements; an Error when out of range.
  Array rows(int64_t begin, int64_t end) const;
  /// The same elements with another shape of the same size; one dimension may be -1.
  Array reshape(Shape shape) const;
  Array clone() const;
  /// The elements converted; itself when the dtype is the same. An Error when a value does not survive (a float that is
  /// no integer, an integer out of range); integers beyond 2^24 round in float32.
  Array astype(DType dtype) const;

  /// The same type, shape and bits.
  friend bool operator==(const Array &a, const Array &b);

private:
  void require(DType dtype) const;
  void fill(const void *values, size_t count, size_t elementBytes);

  DType dtype_ = DType::F32;
  Shape shape_;
  int64_t size_ = 0;
  void *data_ = nullptr;
  std::shared_ptr<void> owner_;
};

} // namespace tenon
#endif // TENON_ARRAY_H
