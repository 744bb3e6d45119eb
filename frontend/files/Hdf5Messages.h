// SPDX-License-Identifier: Apache-2.0
// What the messages of an HDF5 object say, one by one: its type, its sizes, where its values are.
#pragma once
#include "frontend/files/Hdf5Cursor.h"

#include <map>
#include <utility>
#include <vector>

namespace tenon::files {

struct Hdf5Type {
  enum Kind { Other, Float, Integer, Text, VariableText } kind = Other;
  size_t size = 0; // of an element in the file
  bool isSigned = false, isBigEndian = false;
};

/// Sizes, outermost first; a data space without any is a scalar, one that is null has no elements.
struct Hdf5Space {
  std::vector<uint64_t> dims;
  bool isNull = false;
  /// The product; a fault when it does not fit 63 bits.
  uint64_t count() const;
};

struct Hdf5Attribute {
  Hdf5Type type;
  Hdf5Space space;
  std::string_view data;
};

struct Hdf5Filter {
  unsigned id;
  uint32_t parameter; // the first
};

/// Where the values of a data set are.
struct Hdf5Layout {
  enum Kind { Unknown, Compact, Contiguous, Chunked, Elsewhere } kind = Unknown;
  std::string_view data;          // compact
  uint64_t address = 0, size = 0; // contiguous; of the index of chunks
  std::vector<uint64_t> chunk;    // its sizes, without that of an element
};

/// A link of a group; only hard ones lead somewhere.
struct Hdf5Link {
  bool isHard;
  uint64_t address;
};
using Hdf5Links = std::map<std::string, Hdf5Link>;

namespace hdf5 {
Hdf5Space parseSpace(std::string_view message);
Hdf5Type parseType(std::string_view message);
std::pair<std::string, Hdf5Attribute> parseAttribute(std::string_view message);
std::pair<std::string, Hdf5Link> parseLink(std::string_view message);
Hdf5Layout parseLayout(std::string_view message);
std::vector<Hdf5Filter> parseFilters(std::string_view message);
} // namespace hdf5

} // namespace tenon::files
