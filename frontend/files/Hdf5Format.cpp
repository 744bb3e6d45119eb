// SPDX-License-Identifier: Apache-2.0
// After the "HDF5 File Format Specification", version 3.0.
#include "frontend/files/Hdf5Format.h"

namespace tenon::files {
using namespace hdf5;

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

} // namespace tenon::files
