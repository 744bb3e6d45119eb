// SPDX-License-Identifier: Apache-2.0
// An HDF5 file that is written: built in memory, the same bytes for the same content (no times in it).
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <tenon/array.h>
#include <vector>

namespace tenon::files {

class Hdf5Writer {
public:
  /// `name` stands in front of every message; `dataBytes` is what all data sets take together, about.
  Hdf5Writer(std::string name, uint64_t dataBytes);

  /// Creates a group with the groups above it, unless it is there ("layers/dense/vars").
  void group(const std::string &path);
  /// Sets a group's attribute ("/" is the root): a text, or a list of texts. As in h5py, whose files these are to be
  /// like, texts are of variable length and an empty list is an array of no float64.
  void attribute(const std::string &path, const std::string &key, const std::string &text);
  void attribute(const std::string &path, const std::string &key, const std::vector<std::string> &texts);
  /// Stores an array of type float32 or int64; an Error when there is one of that path.
  void dataset(const std::string &path, const Array &value);
  /// The file's bytes, valid until this is changed or gone.
  std::string_view image() const;

private:
  [[noreturn]] void fail(const std::string &path) const;
  std::string name;
  std::shared_ptr<void> file;
};

} // namespace tenon::files
