// SPDX-License-Identifier: Apache-2.0
// After the "HDF5 File Format Specification", version 3.0.
#include "frontend/files/Hdf5Format.h"
#include <algorithm>
#include <bit>
#include <cstring>
#include <zlib.h>

namespace tenon::files {
namespace {

constexpr uint64_t undefined = ~uint64_t(0);

[[noreturn]] void damaged() { throw Hdf5Fault{}; }
void check(bool condition) {
  if (!condition)
    damaged();
}

/// Takes numbers off the front of some bytes.
class Cursor {
public:
  explicit Cursor(std::string_view bytes) : bytes(bytes) {}
  std::string_view take(uint64_t size) {
    check(size <= bytes.size());
    std::string_view taken = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return taken;
  }
  uint64_t number(size_t size) {
    uint64_t value = 0;
    std::string_view taken = take(size);
    for (size_t i = 0; i < size; ++i)
      value |= uint64_t(static_cast<unsigned char>(taken[i])) << 8 * i;
    return value;
  }
  uint64_t address() { return number(8); }
  void skip(uint64_t size) { take(size); }
  void expect(std::string_view signature) { check(take(signature.size()) == signature); }
  std::string_view rest() const { return bytes; }

private:
  std::string_view bytes;
};

uint64_t multiplied(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  check(!__builtin_mul_overflow(a, b, &product) && product <= uint64_t(INT64_MAX));
  return product;
}
uint64_t padded(uint64_t size) { return (size + 7) / 8 * 8; }

Hdf5Space parseSpace(std::string_view message) {
  Cursor cursor(message);
  const uint64_t version = cursor.number(1), rank = cursor.number(1);
  cursor.skip(1); // whether what may follow is there, the sizes that it may grow to: nobody's concern
  check((version == 1 || version == 2) && rank <= 32);
  Hdf5Space space;
  if (version == 1)
    cursor.skip(5);
  else
    space.isNull = cursor.number(1) == 2;
  for (uint64_t i = 0; i < rank; ++i)
    space.dims.push_back(cursor.number(8));
  return space;
}

struct FloatLayout {
  size_t size;
  uint64_t exponentAt, exponentBits, mantissaBits, bias;
};
constexpr FloatLayout floats[] = {{2, 10, 5, 10, 15}, {4, 23, 8, 23, 127}, {8, 52, 11, 52, 1023}};

Hdf5Type parseType(std::string_view message) {
  Cursor cursor(message);
  const uint64_t kind = cursor.number(1) & 15, bits = cursor.number(3);
  Hdf5Type type;
  type.size = cursor.number(4);
  type.isBigEndian = bits & 1;
  check(type.size != 0);
  if (kind == 0) {
    const uint64_t offset = cursor.number(2), precision = cursor.number(2);
    type.isSigned = bits & 8;
    if (offset == 0 && precision == 8 * type.size &&
        (type.size == 1 || type.size == 2 || type.size == 4 || type.size == 8))
      type.kind = Hdf5Type::Integer;
  } else if (kind == 1) {
    const uint64_t offset = cursor.number(2), precision = cursor.number(2), exponentAt = cursor.number(1),
                   exponentBits = cursor.number(1), mantissaAt = cursor.number(1), mantissaBits = cursor.number(1),
                   bias = cursor.number(4);
    const bool isIeee = !(bits & 64) && (bits >> 4 & 3) == 2; // a hidden bit, no VAX
    for (const FloatLayout &layout : floats)
      if (isIeee && type.size == layout.size && offset == 0 && precision == 8 * layout.size &&
          exponentAt == layout.exponentAt && exponentBits == layout.exponentBits && mantissaAt == 0 &&
          mantissaBits == layout.mantissaBits && bias == layout.bias && bits >> 8 == 8 * layout.size - 1)
        type.kind = Hdf5Type::Float;
  } else if (kind == 3) {
    type.kind = Hdf5Type::Text;
  } else if (kind == 9 && (bits & 15) == 1 && type.size == 16) {
    type.kind = Hdf5Type::VariableText;
  }
  return type;
}

std::pair<std::string, Hdf5Attribute> parseAttribute(std::string_view message) {
  Cursor cursor(message);
  const uint64_t version = cursor.number(1), flags = cursor.number(1), nameSize = cursor.number(2),
                 typeSize = cursor.number(2), spaceSize = cursor.number(2);
  check(version >= 1 && version <= 3);
  if (version == 3)
    cursor.skip(1); // the name's character set
  auto part = [&](uint64_t size) {
    std::string_view content = cursor.take(version == 1 ? padded(size) : size);
    return content.substr(0, size);
  };
  std::string_view name = part(nameSize), type = part(typeSize), space = part(spaceSize);
  Hdf5Attribute attribute;
  const bool typeIsShared = version > 1 && (flags & 1), spaceIsShared = version > 1 && (flags & 2);
  check(!spaceIsShared);
  if (!typeIsShared) // a type that stands elsewhere is none of Keras's
    attribute.type = parseType(type);
  attribute.space = parseSpace(space);
  attribute.data = cursor.rest();
  return {std::string(name.substr(0, name.find('\0'))), attribute};
}

std::pair<std::string, Hdf5Link> parseLink(std::string_view message) {
  Cursor cursor(message);
  check(cursor.number(1) == 1);
  const uint64_t flags = cursor.number(1), kind = flags & 8 ? cursor.number(1) : 0;
  cursor.skip((flags & 4 ? 8 : 0) + (flags & 16 ? 1 : 0)); // order of creation, character set
  std::string name(cursor.take(cursor.number(size_t(1) << (flags & 3))));
  return {std::move(name), {kind == 0, kind == 0 ? cursor.address() : undefined}};
}

Hdf5Layout parseLayout(std::string_view message) {
  Cursor cursor(message);
  const uint64_t version = cursor.number(1);
  Hdf5Layout layout;
  if (version != 3 && version != 4)
    return layout;
  const uint64_t kind = cursor.number(1);
  if (kind == 0) {
    layout.kind = Hdf5Layout::Compact;
    layout.data = cursor.take(cursor.number(2));
  } else if (kind == 1) {
    layout.kind = Hdf5Layout::Contiguous;
    layout.address = cursor.address();
    layout.size = cursor.number(8);
  } else if (kind == 2 && version == 3) {
    layout.kind = Hdf5Layout::Chunked;
    const uint64_t rank = cursor.number(1);
    check(rank >= 1 && rank <= 33);
    layout.address = cursor.address();
    for (uint64_t i = 0; i + 1 < rank; ++i) {
      layout.chunk.push_back(cursor.number(4));
      check(layout.chunk.back() != 0);
    }
  } else if (kind == 3) {
    layout.kind = Hdf5Layout::Elsewhere;
  }
  return layout;
}

std::vector<Hdf5Filter> parseFilters(std::string_view message) {
  Cursor cursor(message);
  const uint64_t version = cursor.number(1), count = cursor.number(1);
  check((version == 1 || version == 2) && count <= 32);
  if (version == 1)
    cursor.skip(6);
  std::vector<Hdf5Filter> filters;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t id = cursor.number(2), nameSize = version == 1 || id >= 256 ? cursor.number(2) : 0;
    cursor.skip(2);
    const uint64_t parameters = cursor.number(2);
    cursor.skip(version == 1 ? padded(nameSize) : nameSize);
    Cursor values(cursor.take(4 * parameters + (version == 1 ? 4 * (parameters % 2) : 0)));
    filters.push_back({unsigned(id), parameters ? uint32_t(values.number(4)) : 0});
  }
  return filters;
}

constexpr unsigned deflateFilter = 1, shuffleFilter = 2;

std::string inflated(std::string_view packed, uint64_t size) {
  // As in dataset(): what deflate cannot give is no reason to allocate memory.
  check(size / 1032 <= packed.size() + 64 && size <= UINT32_MAX && packed.size() <= UINT32_MAX);
  std::string content(size, '\0');
  z_stream stream{};
  check(inflateInit(&stream) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
  stream.avail_in = uInt(packed.size());
  stream.next_out = reinterpret_cast<Bytef *>(content.data());
  stream.avail_out = uInt(size);
  const int code = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  check(code == Z_STREAM_END && stream.avail_out == 0);
  return content;
}

std::string unshuffled(std::string_view bytes, size_t width) {
  check(width != 0);
  const size_t count = bytes.size() / width;
  std::string result(bytes);
  for (size_t i = 0; i < count; ++i)
    for (size_t k = 0; k < width; ++k)
      result[i * width + k] = bytes[k * count + i];
  return result;
}

/// Copies the part of a chunk that lies inside of the data set.
void placeChunk(const char *from, const std::vector<uint64_t> &chunk, const std::vector<uint64_t> &offset,
                const std::vector<uint64_t> &dims, uint64_t width, char *to) {
  if (dims.empty()) {
    std::memcpy(to, from, width);
    return;
  }
  const size_t last = dims.size() - 1;
  const uint64_t run = std::min(chunk[last], dims[last] - offset[last]) * width;
  std::vector<uint64_t> index(last); // inside of the chunk, of all dimensions but the last
  for (;;) {
    uint64_t source = 0, target = 0;
    for (size_t i = 0; i < last; ++i) {
      source = source * chunk[i] + index[i];
      target = target * dims[i] + offset[i] + index[i];
    }
    std::memcpy(to + (target * dims[last] + offset[last]) * width, from + source * chunk[last] * width, run);
    size_t i = last;
    for (; i > 0; --i) {
      if (++index[i - 1] < std::min(chunk[i - 1], dims[i - 1] - offset[i - 1]))
        break;
      index[i - 1] = 0;
    }
    if (i == 0)
      return;
  }
}

} // namespace

uint64_t Hdf5Space::count() const {
  uint64_t count = isNull ? 0 : 1;
  for (uint64_t dim : dims)
    count = multiplied(count, dim);
  return count;
}

std::string_view Hdf5Format::at(uint64_t address, uint64_t size) const {
  check(address <= image.size() && size <= image.size() - address);
  return image.substr(address, size);
}

std::string_view Hdf5Format::from(uint64_t address) const {
  check(address <= image.size());
  return image.substr(address);
}

void Hdf5Format::spend(uint64_t bytes) const {
  check(bytes <= budget);
  budget -= bytes;
}

Hdf5Format::Hdf5Format(std::string_view given) : image(given), budget(8 * uint64_t(given.size()) + (1 << 16)) {
  Cursor cursor(image);
  cursor.expect("\x89HDF\r\n\x1a\n");
  const uint64_t version = cursor.number(1);
  check(version <= 3);
  cursor.skip(version < 2 ? 4 : 0);
  check(cursor.number(1) == 8 && cursor.number(1) == 8); // bytes of addresses and of sizes
  cursor.skip(version == 0 ? 9 : version == 1 ? 13 : 1);
  check(cursor.address() == 0); // where the file begins
  cursor.skip(8);
  check(cursor.address() <= image.size()); // where it ends
  cursor.skip(version < 2 ? 16 : 0);
  rootAddress = cursor.address();
}

Hdf5Object Hdf5Format::object(uint64_t address) const {
  Hdf5Object object;
  const bool isNew = at(address, 4) == "OHDR";
  Cursor header(from(address));
  bool hasOrder = false;
  std::vector<std::string_view> blocks;
  if (isNew) {
    header.skip(4);
    check(header.number(1) == 2);
    const uint64_t flags = header.number(1);
    hasOrder = flags & 4;
    header.skip((flags & 32 ? 16 : 0) + (flags & 16 ? 4 : 0));
    blocks.push_back(header.take(header.number(size_t(1) << (flags & 3))));
  } else {
    check(header.number(1) == 1);
    header.skip(7);
    const uint64_t size = header.number(4);
    header.skip(4);
    blocks.push_back(header.take(size));
  }
  for (size_t i = 0; i < blocks.size(); ++i) { // grows by blocks that it is continued in
    spend(blocks[i].size() + 16);
    Cursor messages(blocks[i]);
    const size_t headerSize = isNew ? 4 + 2 * hasOrder : 8;
    while (messages.rest().size() >= headerSize) {
      const uint64_t type = messages.number(isNew ? 1 : 2), size = messages.number(2), flags = messages.number(1);
      messages.skip(headerSize - (isNew ? 4 : 5));
      std::string_view data = messages.take(size);
      if (type != 0x10) {
        parseMessage(object, unsigned(type), data, flags & 2);
        continue;
      }
      Cursor continuation(data);
      const uint64_t where = continuation.address(), length = continuation.number(8);
      std::string_view block = at(where, length);
      if (isNew) { // between a signature and a checksum
        check(length >= 8 && block.substr(0, 4) == "OCHK");
        block = block.substr(4, length - 8);
      }
      blocks.push_back(block);
    }
  }
  if (object.manyAttributes)
    for (std::string_view message : indexed(*object.manyAttributes, /*type=*/8, /*idAt=*/0))
      check(object.attributes.insert(parseAttribute(message)).second);
  return object;
}

void Hdf5Format::parseMessage(Hdf5Object &object, unsigned type, std::string_view data, bool isShared) const {
  Cursor cursor(data);
  if (isShared) { // it stands elsewhere; of Keras's none does
    if (type == 0x03)
      object.type = Hdf5Type{};
    else if (type == 0x01 || type == 0x06 || type == 0x08 || type == 0x0b || type == 0x0c || type == 0x11)
      damaged();
    return;
  }
  switch (type) {
  case 0x01:
    object.space = parseSpace(data);
    break;
  case 0x02: { // links of the newer format
    object.isGroup = true;
    check(cursor.number(1) == 0);
    const uint64_t flags = cursor.number(1);
    cursor.skip(flags & 1 ? 8 : 0);
    if (const uint64_t heap = cursor.address(); heap != undefined)
      object.manyLinks = {heap, cursor.address()};
    break;
  }
  case 0x03:
    object.type = parseType(data);
    break;
  case 0x06:
    object.isGroup = true;
    check(object.links.insert(parseLink(data)).second);
    break;
  case 0x07:
    object.isExternal = true;
    break;
  case 0x08:
    object.layout = parseLayout(data);
    break;
  case 0x0b:
    object.filters = parseFilters(data);
    break;
  case 0x0c:
    check(object.attributes.insert(parseAttribute(data)).second);
    break;
  case 0x11: {
    object.isGroup = true;
    const uint64_t tree = cursor.address();
    object.symbolTable = {tree, cursor.address()};
    break;
  }
  case 0x15: {
    check(cursor.number(1) == 0);
    const uint64_t flags = cursor.number(1);
    cursor.skip(flags & 1 ? 2 : 0);
    if (const uint64_t heap = cursor.address(); heap != undefined)
      object.manyAttributes = {heap, cursor.address()};
    break;
  }
  default: // times of change, comments, values of places that were never written
    break;
  }
}

Hdf5Links Hdf5Format::links(const Hdf5Object &group) const {
  Hdf5Links links = group.links;
  if (group.manyLinks)
    for (std::string_view message : indexed(*group.manyLinks, /*type=*/5, /*idAt=*/4))
      check(links.insert(parseLink(message)).second);
  if (group.symbolTable) {
    const auto [tree, names] = *group.symbolTable;
    Cursor heap(at(names, 32));
    heap.expect("HEAP");
    heap.skip(4);
    const uint64_t size = heap.number(8);
    heap.skip(8);
    collectLinks(tree, at(heap.address(), size), std::nullopt, links);
  }
  return links;
}

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

/// `level`: of this node, unless it is the root.
void Hdf5Format::collectLinks(uint64_t node, std::string_view names, std::optional<unsigned> level,
                              Hdf5Links &links) const {
  Cursor cursor(from(node));
  cursor.expect("TREE");
  check(cursor.number(1) == 0);
  const unsigned own = unsigned(cursor.number(1));
  check(own == level.value_or(own));
  const uint64_t count = cursor.number(2);
  cursor.skip(16);
  for (uint64_t i = 0; i < count; ++i) {
    spend(16);
    cursor.skip(8); // the name that lies between
    const uint64_t child = cursor.address();
    if (own != 0) {
      collectLinks(child, names, own - 1, links);
      continue;
    }
    Cursor table(from(child));
    table.expect("SNOD");
    table.skip(2);
    for (uint64_t symbols = table.number(2); symbols > 0; --symbols) {
      spend(40);
      const uint64_t name = table.number(8), address = table.address(), kind = table.number(4);
      table.skip(20);
      check(name < names.size());
      const size_t end = names.find('\0', name);
      check(end != std::string_view::npos);
      spend(end - name);
      const bool isHard = kind != 2;
      check(links.insert({std::string(names.substr(name, end - name)), {isHard, address}}).second);
    }
  }
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

std::vector<Hdf5Format::Chunk> Hdf5Format::chunks(const Hdf5Object &dataset) const {
  std::vector<Chunk> chunks;
  check(dataset.layout->chunk.size() == dataset.space->dims.size());
  if (dataset.layout->address != undefined)
    collectChunks(dataset.layout->address, dataset.space->dims.size(), std::nullopt, chunks);
  return chunks;
}

void Hdf5Format::collectChunks(uint64_t node, size_t rank, std::optional<unsigned> level,
                               std::vector<Chunk> &chunks) const {
  Cursor cursor(from(node));
  cursor.expect("TREE");
  check(cursor.number(1) == 1);
  const unsigned own = unsigned(cursor.number(1));
  check(own == level.value_or(own));
  const uint64_t count = cursor.number(2);
  cursor.skip(16);
  for (uint64_t i = 0; i < count; ++i) {
    spend(24 + 8 * rank);
    Chunk chunk;
    const uint64_t size = cursor.number(4);
    chunk.mask = uint32_t(cursor.number(4));
    for (size_t k = 0; k < rank; ++k)
      chunk.offset.push_back(cursor.number(8));
    cursor.skip(8); // inside of an element
    const uint64_t child = cursor.address();
    if (own != 0) {
      collectChunks(child, rank, own - 1, chunks);
      continue;
    }
    chunk.data = at(child, size);
    chunks.push_back(std::move(chunk));
  }
}

uint64_t Hdf5Format::storedBytes(const Hdf5Object &dataset) const {
  const Hdf5Layout &layout = *dataset.layout;
  if (layout.kind == Hdf5Layout::Compact)
    return layout.data.size();
  if (layout.kind != Hdf5Layout::Chunked)
    return layout.size;
  uint64_t total = 0;
  for (const Chunk &chunk : chunks(dataset))
    total += chunk.data.size();
  return total;
}

void Hdf5Format::read(const Hdf5Object &dataset, char *to, uint64_t bytes) const {
  const Hdf5Layout &layout = *dataset.layout;
  const uint64_t width = dataset.type->size;
  check(multiplied(dataset.space->count(), width) == bytes);
  if (bytes == 0)
    return;
  if (layout.kind != Hdf5Layout::Chunked) {
    if (layout.kind == Hdf5Layout::Contiguous && layout.address == undefined)
      throw Hdf5Fault{"has no values, they were never written"};
    std::string_view data = layout.kind == Hdf5Layout::Compact ? layout.data : at(layout.address, layout.size);
    check(bytes <= data.size());
    std::memcpy(to, data.data(), bytes);
    return;
  }
  const std::vector<uint64_t> &dims = dataset.space->dims;
  uint64_t expected = 1, chunkBytes = width;
  for (size_t i = 0; i < dims.size(); ++i) {
    check(layout.chunk[i] <= dims[i]); // as HDF5 wants it where sizes do not grow
    expected = multiplied(expected, (dims[i] - 1) / layout.chunk[i] + 1);
    chunkBytes = multiplied(chunkBytes, layout.chunk[i]);
  }
  const std::vector<Chunk> all = chunks(dataset);
  check(all.size() == expected);
  std::vector<bool> seen(all.size());
  for (const Chunk &chunk : all) {
    uint64_t place = 0;
    for (size_t i = 0; i < dims.size(); ++i) {
      check(chunk.offset[i] < dims[i] && chunk.offset[i] % layout.chunk[i] == 0);
      place = place * ((dims[i] - 1) / layout.chunk[i] + 1) + chunk.offset[i] / layout.chunk[i];
    }
    check(!seen[place]);
    seen[place] = true;
    std::string own;
    std::string_view content = chunk.data;
    for (size_t i = dataset.filters.size(); i-- > 0;) {
      if (chunk.mask >> i & 1)
        continue;
      const Hdf5Filter &filter = dataset.filters[i];
      if (filter.id != deflateFilter && filter.id != shuffleFilter)
        throw Hdf5Fault{"is compressed in a way that is not read, expected gzip"};
      own = filter.id == deflateFilter ? inflated(content, chunkBytes) : unshuffled(content, filter.parameter);
      content = own;
    }
    check(content.size() == chunkBytes);
    placeChunk(content.data(), layout.chunk, chunk.offset, dims, width, to);
  }
}

} // namespace tenon::files
