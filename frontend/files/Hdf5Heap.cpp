// SPDX-License-Identifier: Apache-2.0
// After the "HDF5 File Format Specification", version 3.0.
// What an object keeps elsewhere: many links or attributes in a heap with an index, texts of any length in another.
#include "frontend/files/Hdf5Format.h"

#include <algorithm>
#include <bit>

namespace tenon::files {
using namespace hdf5;

/// A B-tree of version 2.
struct Hdf5Format::Tree {
  unsigned type = 0;
  size_t recordSize = 0;
  struct Level {
    size_t pointerSize = 0, countSize = 0; // of a child, and of how many records it has
  };
  std::vector<Level> levels; // by the height above the leaves
};

/// Bytes that hold numbers up to `most`.
static size_t bytesFor(uint64_t most) {
  return most == 0 ? 1 : (static_cast<size_t>(std::bit_width(most)) - 1) / 8 + 1;
}

struct Hdf5Format::FractalHeap {
  size_t idSize = 0, offsetSize = 0, lengthSize = 0;
  uint64_t width = 0, start = 0, largest = 0; // blocks in a row, bytes of the smallest and of the largest block of data
  uint64_t root = 0;
  size_t rows = 0; // of the root; none: it is a block of data itself
  uint64_t sizeOf(size_t row) const { return row < 2 ? start : start << (row - 1); }
  uint64_t offsetOf(size_t row) const { return row == 0 ? 0 : (start << (row - 1)) * width; }
};

std::vector<std::string_view> Hdf5Format::indexed(std::pair<uint64_t, uint64_t> heapAndIndex, unsigned type,
                                                  size_t idAt) const {
  Cursor header(from(heapAndIndex.first));
  header.expect("FRHP");
  check(header.number(1) == 0);
  FractalHeap heap;
  heap.idSize = header.number(2);
  check(header.number(2) == 0); // no filters
  header.skip(1);
  const uint64_t largestObject = header.number(4);
  header.skip(12 * 8); // of free space, of huge and tiny objects, which links and attributes of ours are not
  heap.width = header.number(2);
  heap.start = header.number(8);
  heap.largest = header.number(8);
  const uint64_t bits = header.number(2);
  header.skip(2);
  heap.root = header.address();
  heap.rows = header.number(2);
  check(bits >= 1 && bits <= 64 && heap.rows <= 64 && heap.width >= 1 && heap.width <= 1024 &&
        std::has_single_bit(heap.start) && std::has_single_bit(heap.largest) && heap.start <= heap.largest &&
        heap.largest <= UINT32_MAX);
  // Sizes and places of rows stay below 2^63.
  check(static_cast<size_t>(std::countr_zero(heap.start) + std::bit_width(heap.width)) + heap.rows <= 62);
  heap.offsetSize = (bits + 7) / 8;
  heap.lengthSize = std::min((static_cast<size_t>(std::countr_zero(heap.largest)) + 7) / 8, bytesFor(largestObject));
  check(heap.idSize >= 1 + heap.offsetSize + heap.lengthSize);

  Cursor index(from(heapAndIndex.second));
  index.expect("BTHD");
  check(index.number(1) == 0 && index.number(1) == type);
  Tree tree;
  tree.type = type;
  const uint64_t nodeSize = index.number(4);
  tree.recordSize = index.number(2);
  const uint64_t depth = index.number(2);
  index.skip(2);
  const uint64_t root = index.address(), count = index.number(2);
  check(depth <= 16 && tree.recordSize >= idAt + heap.idSize && nodeSize > 10 + tree.recordSize);
  if (count == 0)
    return {};
  // How wide a child's numbers are follows from how many records it can have at most.
  constexpr size_t frame = 10; // a node's signature, version, type and checksum
  uint64_t most = (nodeSize - frame) / tree.recordSize, mostBelow = most;
  const size_t countSize = bytesFor(most);
  tree.levels.resize(depth + 1);
  for (size_t level = 1; level <= depth; ++level) {
    const size_t totalSize = level == 1 ? 0 : bytesFor(mostBelow);
    tree.levels[level] = {8 + countSize + totalSize, countSize};
    check(nodeSize > frame + tree.levels[level].pointerSize);
    most = (nodeSize - frame - tree.levels[level].pointerSize) / (tree.recordSize + tree.levels[level].pointerSize);
    check(!__builtin_mul_overflow(most + 1, mostBelow, &mostBelow) &&
          !__builtin_add_overflow(mostBelow, most, &mostBelow));
  }
  std::vector<std::string_view> records, contents;
  collectRecords(tree, root, depth, count, records);
  for (std::string_view record : records)
    contents.push_back(find(heap, record.substr(idAt, heap.idSize)));
  return contents;
}

void Hdf5Format::collectRecords(const Tree &tree, uint64_t node, size_t depth, uint64_t count,
                                std::vector<std::string_view> &records) const {
  Cursor cursor(from(node));
  cursor.expect(depth ? "BTIN" : "BTLF");
  check(cursor.number(1) == 0 && cursor.number(1) == tree.type);
  spend(16 + count * tree.recordSize);
  for (uint64_t i = 0; i < count; ++i)
    records.push_back(cursor.take(tree.recordSize));
  for (uint64_t i = 0; depth && i <= count; ++i) {
    Cursor child(cursor.take(tree.levels[depth].pointerSize));
    const uint64_t address = child.address();
    collectRecords(tree, address, depth - 1, child.number(tree.levels[depth].countSize), records);
  }
}

std::string_view Hdf5Format::find(const FractalHeap &heap, std::string_view id) const {
  Cursor cursor(id);
  check((cursor.number(1) & 0x30) == 0); // an object in a block
  uint64_t offset = cursor.number(heap.offsetSize);
  const uint64_t length = cursor.number(heap.lengthSize);
  uint64_t block = heap.root, blockSize = heap.start;
  spend(length + 16);
  for (size_t rows = heap.rows; rows != 0;) { // down the blocks of addresses
    size_t row = 0;
    while (row + 1 < rows && heap.offsetOf(row + 1) <= offset)
      ++row;
    blockSize = heap.sizeOf(row);
    const uint64_t inside = offset - heap.offsetOf(row), column = inside / blockSize;
    check(column < heap.width);
    offset = inside % blockSize;
    Cursor addresses(from(block));
    addresses.expect("FHIB");
    addresses.skip(9 + heap.offsetSize + 8 * (row * heap.width + column));
    block = addresses.address();
    if (blockSize <= heap.largest)
      break;
    // As many rows as fill it.
    const int bits = std::countr_zero(blockSize) - std::countr_zero(heap.start) - std::bit_width(heap.width - 1);
    check(bits >= 0);
    rows = static_cast<size_t>(bits) + 1;
  }
  check(offset <= blockSize && length <= blockSize - offset);
  return at(block, blockSize).substr(offset, length);
}

const std::map<unsigned, std::string_view> &Hdf5Format::heap(uint64_t address) const {
  if (auto found = heaps.find(address); found != heaps.end())
    return found->second;
  std::map<unsigned, std::string_view> contents;
  Cursor header(at(address, 16));
  header.expect("GCOL");
  header.skip(4);
  const uint64_t size = header.number(8);
  check(size >= 16);
  Cursor objects(at(address, size));
  objects.skip(16);
  spend(size);
  while (objects.rest().size() >= 16) {
    const unsigned index = unsigned(objects.number(2));
    objects.skip(6);
    const uint64_t length = objects.number(8);
    if (index == 0) // the free rest
      break;
    check(length <= objects.rest().size());
    std::string_view content = objects.take(std::min<uint64_t>(padded(length), objects.rest().size()));
    contents.emplace(index, content.substr(0, length));
  }
  return heaps.emplace(address, std::move(contents)).first->second;
}

std::vector<std::string> Hdf5Format::texts(const Hdf5Attribute &attribute) const {
  const uint64_t count = attribute.space.count();
  Cursor data(attribute.data);
  check(count <= data.rest().size() / attribute.type.size);
  std::vector<std::string> texts;
  for (uint64_t i = 0; i < count; ++i) {
    if (attribute.type.kind == Hdf5Type::Text) {
      std::string_view text = data.take(attribute.type.size);
      texts.emplace_back(text.substr(0, text.find('\0'))); // up to the padding
      continue;
    }
    const uint64_t length = data.number(4), address = data.address();
    const unsigned index = unsigned(data.number(4));
    if (length == 0 || address == 0 || address == undefined) {
      texts.emplace_back();
      continue;
    }
    const auto &objects = heap(address);
    auto found = objects.find(index);
    check(found != objects.end() && length <= found->second.size());
    spend(length); // many may refer to one
    std::string_view text = found->second.substr(0, length);
    texts.emplace_back(text.substr(0, text.find('\0')));
  }
  return texts;
}

} // namespace tenon::files
