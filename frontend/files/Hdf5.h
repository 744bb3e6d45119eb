// SPDX-License-Identifier: Apache-2.0
// An HDF5 file, read only: groups, data sets of numbers and texts by path. Whatever libhdf5 has to say about a damaged file
// becomes one Error; links that lead out of the file and data stored elsewhere are refused.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tenon/array.h>
#include <vector>

namespace tenon::files {

class Hdf5Handle;

class Hdf5File {
public:
  /// The file whose bytes are `image`, which must outlive this. `name` stands in front of every message.
  Hdf5File(std::string_view image, std::string name);

  /// Is there a group or data set at this path ("layers/dense/vars")?
  bool has(const std::string &path) const;
  /// The names in a group, sorted; none where there is no group.
  std::vector<std::string> members(const std::string &path) const;
  /// The text attribute of a group ("/" is the root); none where there is no such group or attribute.
  std::optional<std::string> attribute(const std::string &path, const std::string &name) const;
  /// The list of texts that an attribute is; an empty one may be of any type.
  std::optional<std::vector<std::string>> texts(const std::string &path, const std::string &name) const;

  struct Dataset {
    Shape shape;
    std::string type; // "float32", "int64", ...
  };
  /// What stands at the path, checked against the file's size; none where there is no data set.
  std::optional<Dataset> dataset(const std::string &path) const;
  /// Reads a data set into an array of its shape, of type float32 or, where it holds integers, int64.
  void read(const std::string &path, const Array &into) const;
  /// The bytes of all data sets of the file together.
  uint64_t dataBytes() const;

private:
  [[noreturn]] void fail(const std::string &message) const;
  [[noreturn]] void failAt(const std::string &path) const;
  Hdf5Handle open(const std::string &path) const;
  Hdf5Handle openDataset(const std::string &path) const;
  struct Total {
    uint64_t bytes = 0, objects = 0;
  };
  void add(const std::string &path, Total &total) const;

  std::string name;
  uint64_t size;
  std::shared_ptr<void> file;
};

} // namespace tenon::files
