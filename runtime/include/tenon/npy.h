// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_NPY_H
#define TENON_NPY_H

#include <tenon/array.h>

namespace tenon::npy {

/// Reads NumPy's .npy (versions 1 to 3, little-endian, C order; "-" is standard input). f4, i4, i8 and i1 keep their
/// type, f8 becomes float32, i2 and u1 int32, booleans int8. A mapped file's elements are read when they are used.
Array load(const std::string &path);

/// Writes .npy ("-" is standard output), under a temporary name that is given up when writing fails.
void save(const std::string &path, const Array &array);

} // namespace tenon::npy
#endif // TENON_NPY_H
