// SPDX-License-Identifier: Apache-2.0
// An HDF5 file, read only: groups, data sets of numbers and texts by path. An Error says what is damaged; links that
// lead out of the file and data stored elsewhere are refused.
#pragma once
#include "frontend/files/Hdf5Format.h"
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tenon/array.h>
#include <vector>

namespace tenon::files {

class Hdf5File {
public:
  /// The file whose bytes are `image`, which must outlive this. `name` stands in front of every message.
  Hdf5File(std::string_view image, std::string name);
  Hdf5File(const Hdf5File &) = delete;

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
  /// Runs body, whose fault becomes an Error about the path.
  template <typename Body> auto reading(const std::string &path, Body &&body) const;
  /// The group or data set at a path, if there is one.
  const Hdf5Object *find(const std::string &path) const;
  const Hdf5Links &linksOf(const Hdf5Object &group) const;
  const Hdf5Object &objectAt(uint64_t address) const;
  struct Total {
    uint64_t stored = 0; // bytes of their values in the file
    uint64_t bytes = 0, objects = 0;
  };
  void add(const std::string &path, int depth, Total &total) const;

  std::string name;
  uint64_t size;
  std::shared_ptr<Hdf5Format> format;
  mutable std::map<uint64_t, Hdf5Object> objects; // by address
  mutable std::map<const Hdf5Object *, Hdf5Links> links;
};

} // namespace tenon::files
