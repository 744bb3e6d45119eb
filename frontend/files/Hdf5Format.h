// SPDX-License-Identifier: Apache-2.0
// The bytes of HDF5 files, as far as Keras's need it: libhdf5 1.10 loops forever, and reads and writes beyond its
// memory, on damaged files. Nothing is trusted here: every number is checked before it is used, whatever refers to
// something else can do so only as often as a file of its size needs, and nothing outside of the file is ever touched.
#pragma once
#include "frontend/files/Hdf5Messages.h"

#include <optional>

namespace tenon::files {

/// A group or data set.
struct Hdf5Object {
  bool isGroup = false;
  std::map<std::string, Hdf5Attribute> attributes;
  std::optional<Hdf5Type> type;
  std::optional<Hdf5Space> space;
  std::optional<Hdf5Layout> layout;
  std::vector<Hdf5Filter> filters;
  bool isExternal = false; // its values lie in other files
  /// Where there are too many for the object itself: the heap that holds them and its index.
  std::optional<std::pair<uint64_t, uint64_t>> manyLinks, manyAttributes;
  std::optional<std::pair<uint64_t, uint64_t>> symbolTable; // a group's index and heap of names
  Hdf5Links links;                                          // those in the object itself
  bool isDataset() const { return type && space && layout; }
};

/// A file in memory, which must outlive this. Everything throws Hdf5Fault.
class Hdf5Format {
public:
  explicit Hdf5Format(std::string_view image);
  uint64_t root() const { return rootAddress; }
  Hdf5Object object(uint64_t address) const;
  Hdf5Links links(const Hdf5Object &group) const;
  /// The texts of an attribute.
  std::vector<std::string> texts(const Hdf5Attribute &attribute) const;
  /// The bytes that the file has of a data set's values, compressed ones as they are.
  uint64_t storedBytes(const Hdf5Object &dataset) const;
  /// All of its values: `bytes` is their size.
  void read(const Hdf5Object &dataset, char *to, uint64_t bytes) const;

private:
  struct Chunk {
    std::vector<uint64_t> offset;
    uint32_t mask;
    std::string_view data;
  };
  std::string_view at(uint64_t address, uint64_t size) const;
  void parseMessage(Hdf5Object &object, unsigned type, std::string_view data, bool isShared) const;
  std::string_view from(uint64_t address) const;
  void spend(uint64_t bytes) const;
  /// What a heap of the newer format has for each record of an index of it.
  std::vector<std::string_view> indexed(std::pair<uint64_t, uint64_t> heapAndIndex, unsigned type, size_t idAt) const;
  struct Tree;
  struct FractalHeap;
  void collectRecords(const Tree &tree, uint64_t node, size_t depth, uint64_t count,
                      std::vector<std::string_view> &records) const;
  std::string_view find(const FractalHeap &heap, std::string_view id) const;
  void collectLinks(uint64_t node, std::string_view names, std::optional<unsigned> level, Hdf5Links &links) const;
  std::vector<Chunk> chunks(const Hdf5Object &dataset) const;
  void collectChunks(uint64_t node, size_t rank, std::optional<unsigned> level, std::vector<Chunk> &chunks) const;
  const std::map<unsigned, std::string_view> &heap(uint64_t address) const;

  std::string_view image;
  uint64_t rootAddress = 0;
  // Bytes that may still be looked at: parts that refer to one another, or to the same, do not make it last longer.
  mutable uint64_t budget = 0;
  mutable std::map<uint64_t, std::map<unsigned, std::string_view>> heaps; // by address
};

} // namespace tenon::files
