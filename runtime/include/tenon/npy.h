// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_NPY_H
#define TENON_NPY_H

#include <tenon/array.h>

#include <map>
#include <string>

namespace tenon::npy {

/// Reads NumPy's .npy (versions 1 to 3, little-endian, C order; "-" is standard input). f4, i4, i8 and i1 keep their
/// type, f8 becomes float32, i2 and u1 int32, booleans int8. A mapped file's elements are read when they are used.
Array load(const std::string &path);

/// Writes .npy ("-" is standard output), under a temporary name that is given up when writing fails.
void save(const std::string &path, const Array &array);

struct NpzOptions {
  /// Compare the checksums of uncompressed arrays, which reads them; without, a mapped file is read when it is used.
  bool verify = true;
};
/// Reads the arrays of NumPy's .npz by their names (without ".npy"), with the types of load(). Uncompressed ones
/// (numpy.savez) are mapped, so a file may be larger than the memory; compressed ones are inflated. An Error that names
/// the file, and the array, when it is damaged, encrypted, would grow out of all proportion or holds anything else.
std::map<std::string, Array> loadNpz(const std::string &path, const NpzOptions &options = {});

/// Writes .npz, uncompressed, with every array at a multiple of 64 bytes; equal arrays give equal files. Under a
/// temporary name that is given up when writing fails.
void saveNpz(const std::string &path, const std::map<std::string, Array> &arrays);

} // namespace tenon::npy
#endif // TENON_NPY_H
