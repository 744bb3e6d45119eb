// SPDX-License-Identifier: Apache-2.0
// After the "HDF5 File Format Specification", version 3.0.
#include "frontend/files/Hdf5Messages.h"

namespace tenon::files {

uint64_t Hdf5Space::count() const {
  uint64_t count = isNull ? 0 : 1;
  for (uint64_t dim : dims)
    count = hdf5::multiplied(count, dim);
  return count;
}

namespace hdf5 {

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

namespace {
struct FloatLayout {
  size_t size;
  uint64_t exponentAt, exponentBits, mantissaBits, bias;
};
constexpr FloatLayout floats[] = {{2, 10, 5, 10, 15}, {4, 23, 8, 23, 127}, {8, 52, 11, 52, 1023}};
} // namespace

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

} // namespace hdf5
} // namespace tenon::files
