// SPDX-License-Identifier: Apache-2.0
#include "frontend/files/Hdf5.h"
#include <tenon/error.h>

namespace tenon::files {
namespace {

// A data set that a filter compressed: the largest ratio of deflate.
constexpr uint64_t maxRatio = 1032;
// Models within models take about two groups each.
constexpr int deepest = 500;

std::string typeName(const Hdf5Type &type) {
  const std::string bits = std::to_string(type.size * 8);
  switch (type.kind) {
  case Hdf5Type::Float:
    return "float" + bits;
  case Hdf5Type::Integer:
    return (type.isSigned ? "int" : "uint") + bits;
  case Hdf5Type::Text:
  case Hdf5Type::VariableText:
    return "text";
  case Hdf5Type::Other:
    break;
  }
  return "no number";
}

/// An integer of the file's as int64; what is larger becomes the largest.
int64_t integerOf(const char *from, const Hdf5Type &type) {
  uint64_t value = 0;
  for (size_t i = 0; i < type.size; ++i)
    value |= uint64_t(static_cast<unsigned char>(from[type.isBigEndian ? type.size - 1 - i : i])) << 8 * i;
  if (type.isSigned && type.size < 8 && value >> (8 * type.size - 1))
    value |= ~uint64_t(0) << 8 * type.size;
  return !type.isSigned && value > uint64_t(INT64_MAX) ? INT64_MAX : int64_t(value);
}

} // namespace

void Hdf5File::fail(const std::string &message) const { throw Error(name + ": " + message); }

template <typename Body> auto Hdf5File::reading(const std::string &path, Body &&body) const {
  try {
    return body();
  } catch (const Hdf5Fault &fault) {
    fail("its " + path + " " + (fault.what.empty() ? "is damaged" : fault.what));
  }
}

Hdf5File::Hdf5File(std::string_view image, std::string given) : name(std::move(given)), size(image.size()) {
  try {
    format = std::make_shared<Hdf5Format>(image);
    objectAt(format->root());
  } catch (const Hdf5Fault &) {
    fail("is no HDF5 file, or it is damaged or cut short");
  }
}

const Hdf5Object &Hdf5File::objectAt(uint64_t address) const {
  auto found = objects.find(address);
  return found != objects.end() ? found->second : objects.emplace(address, format->object(address)).first->second;
}

const Hdf5Links &Hdf5File::linksOf(const Hdf5Object &group) const {
  auto found = links.find(&group);
  return found != links.end() ? found->second : links.emplace(&group, format->links(group)).first->second;
}

const Hdf5Object *Hdf5File::find(const std::string &path) const {
  const Hdf5Object *object = reading(path, [&] { return &objectAt(format->root()); });
  if (path == "/")
    return object;
  for (size_t begin = 0, end = 0; end != std::string::npos; begin = end + 1) {
    end = path.find('/', begin);
    const std::string part = path.substr(0, end);
    const Hdf5Link *link = reading(part, [&]() -> const Hdf5Link * {
      const Hdf5Links &all = linksOf(*object);
      auto found = all.find(part.substr(begin));
      return found == all.end() ? nullptr : &found->second;
    });
    if (!link)
      return nullptr;
    if (!link->isHard)
      fail("its " + part + " is a link to another place, which is not followed");
    object = reading(part, [&] { return &objectAt(link->address); });
  }
  return object;
}

bool Hdf5File::has(const std::string &path) const { return find(path); }

std::vector<std::string> Hdf5File::members(const std::string &path) const {
  const Hdf5Object *object = find(path);
  std::vector<std::string> names;
  if (object && object->isGroup)
    for (const auto &[member, link] : *reading(path, [&] { return &linksOf(*object); }))
      names.push_back(member);
  return names;
}

std::optional<std::vector<std::string>> Hdf5File::texts(const std::string &path, const std::string &key) const {
  const Hdf5Object *object = find(path);
  if (!object)
    return std::nullopt;
  auto found = object->attributes.find(key);
  if (found == object->attributes.end())
    return std::nullopt;
  const Hdf5Attribute &attribute = found->second;
  return reading(path, [&]() -> std::vector<std::string> {
    if (attribute.space.count() == 0) // an empty list has no type: h5py writes float64
      return {};
    if (attribute.type.kind != Hdf5Type::Text && attribute.type.kind != Hdf5Type::VariableText)
      fail("the attribute " + key + " of its " + path + " holds no text");
    return format->texts(attribute);
  });
}

std::optional<std::string> Hdf5File::attribute(const std::string &path, const std::string &key) const {
  auto list = texts(path, key);
  if (!list)
    return std::nullopt;
  if (list->size() != 1)
    fail("the attribute " + key + " of its " + path + " holds " + std::to_string(list->size()) +
         " texts, expected one");
  return list->front();
}

std::optional<Hdf5File::Dataset> Hdf5File::dataset(const std::string &path) const {
  const Hdf5Object *object = find(path);
  if (!object || !object->isDataset())
    return std::nullopt;
  const Hdf5Layout &layout = *object->layout;
  if (layout.kind == Hdf5Layout::Elsewhere || object->isExternal)
    fail("the values of its " + path + " lie outside the file");
  if (layout.kind == Hdf5Layout::Unknown)
    fail("its " + path +
         " is laid out in a way that is not read; write the file with h5py's default, "
         "libver=\"earliest\"");
  return reading(path, [&] {
    const Hdf5Space &space = *object->space;
    Dataset result{Shape(space.dims.begin(), space.dims.end()), typeName(*object->type)};
    if (space.isNull)
      throw Hdf5Fault{};
    uint64_t bytes = 0;
    const uint64_t count = space.count(), stored = format->storedBytes(*object);
    uint64_t elements = 1;
    for (uint64_t dim : space.dims) // an array's shape has no larger product, not even in front of a side of 0
      if (__builtin_mul_overflow(elements, dim, &elements) || elements > uint64_t(1) << 58)
        throw Hdf5Fault{};
    if (__builtin_mul_overflow(count, object->type->size, &bytes))
      throw Hdf5Fault{};
    const bool fits = layout.kind == Hdf5Layout::Chunked ? bytes / maxRatio <= stored : bytes <= stored;
    if (stored > size || !fits)
      fail("its " + path + " says it has the shape " + toString(result.shape) +
           ", for which the file holds too little");
    return result;
  });
}

void Hdf5File::read(const std::string &path, const Array &into) const {
  const Hdf5Object *object = find(path);
  reading(path, [&] {
    if (!object || !object->isDataset() || object->isExternal || object->space->count() != uint64_t(into.size()))
      throw Hdf5Fault{};
    const Hdf5Type &type = *object->type;
    const bool isFloat = into.dtype() == DType::F32;
    if (isFloat ? type.kind != Hdf5Type::Float || type.size != sizeof(float) : type.kind != Hdf5Type::Integer)
      throw Hdf5Fault{};
    const size_t count = static_cast<size_t>(into.size());
    if (isFloat) {
      format->read(*object, static_cast<char *>(into.raw()), into.bytes());
      if (type.isBigEndian)
        for (uint32_t *value = static_cast<uint32_t *>(into.raw()), *end = value + count; value != end; ++value)
          *value = __builtin_bswap32(*value);
      return;
    }
    std::vector<char> bytes(count * type.size);
    format->read(*object, bytes.data(), bytes.size());
    for (size_t i = 0; i < count; ++i)
      into.data<int64_t>()[i] = integerOf(&bytes[i * type.size], type);
  });
}

void Hdf5File::add(const std::string &path, int depth, Total &total) const {
  if (depth > deepest)
    fail("its groups are nested more than " + std::to_string(deepest) + " levels deep");
  for (const std::string &member : members(path)) {
    // A group takes more than this in a file: otherwise they contain one another.
    if (++total.objects > 16 + size / 64)
      fail("its groups contain one another");
    std::string full = path == "/" ? member : path + "/" + member;
    if (auto data = dataset(full)) {
      total.bytes += sizeof(float) * uint64_t(elementCount(data->shape));
      // Each fits the file; all of them together do unless they share their bytes, of which a few would fill any memory.
      if ((total.stored += format->storedBytes(*find(full))) > size)
        fail("its arrays share the bytes of their values");
    } else {
      add(full, depth + 1, total);
    }
  }
}

uint64_t Hdf5File::dataBytes() const {
  Total total;
  add("/", 0, total);
  return total.bytes;
}

} // namespace tenon::files
