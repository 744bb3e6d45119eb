// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_NPY_H
#define TENON_RUNTIME_NPY_H

#include "runtime/File.h"

#include <tenon/array.h>

#include <string_view>

namespace tenon::npy {

/// What a .npy file begins with.
struct Header {
  std::string_view type; ///< NumPy's "<f4", "|O", ...; points into the bytes that were read
  Shape shape;
  size_t size = 0; ///< bytes before the elements
};
/// Reads the header at the start of `bytes`; an Error that starts with `path`.
Header readHeader(std::string_view bytes, const std::string &path);
/// The header that save() writes before the elements.
std::string headerOf(const Array &array);

/// The elements of a .npy file as they lie in it.
struct Stored {
  std::shared_ptr<void> owner;
  char *data = nullptr;
  Shape shape;
  char kind = 'f';  ///< NumPy's: f, i, u or b
  size_t bytes = 4; ///< of an element

  int64_t rowCount() const { return shape.empty() ? 1 : shape[0]; }
  /// The type that they are read as.
  DType dtype() const;
  /// Elements [begin, begin + count) in row-major order, converted to dtype().
  void read(int64_t begin, int64_t count, void *to) const;
  /// All elements: a view where type and alignment allow it, otherwise converted.
  Array array() const;
};
/// The elements of the .npy file that `file` holds; an Error that starts with `path` unless it is one, complete, of a
/// type that is read.
Stored parse(const MappedFile &file, const std::string &path);

} // namespace tenon::npy
#endif // TENON_RUNTIME_NPY_H
