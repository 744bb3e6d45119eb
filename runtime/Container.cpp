// SPDX-License-Identifier: Apache-2.0
#include <tenon/container.h>

#include "runtime/Crc32c.h"
#include "runtime/File.h"

#include <tenon/error.h>

#include "schema/container_generated.h"

#include <algorithm>
#include <cstring>
#include <set>

namespace tenon {
namespace {
constexpr char kMagic[8] = {'T', 'E', 'N', 'O', 'N', '\r', '\n', '\x1a'};
constexpr uint32_t kVersion = 1;

struct Header {
  char magic[8];
  uint32_t version;
  uint32_t directoryCrc;
  uint64_t directoryOffset;
  uint64_t directorySize;
  uint32_t headerCrc;
  char padding[28];
};
static_assert(sizeof(Header) == 64);

uint64_t aligned(uint64_t offset) { return (offset + 63) / 64 * 64; }

class ContainerReader {
public:
  explicit ContainerReader(const std::string &path) : path_(path), file_(mapFile(path)) {}

  Container read() {
    const char *directory = checkedDirectory();
    flatbuffers::Verifier verifier(reinterpret_cast<const uint8_t *>(directory), size_t(header_.directorySize),
                                   /*max_depth=*/8, /*max_tables=*/10'000'000);
    if (!schema::VerifyContainerBuffer(verifier))
      fail("has a damaged directory");
    const schema::Container &stored = *schema::GetContainer(directory);
    Container result;
    result.producer = text(stored.producer());
    result.description = text(stored.description());
    uint64_t end = sizeof(Header);
    if (stored.variables())
      for (auto *variable : *stored.variables())
        result.variables.push_back(readVariable(*variable, end));
    if (aligned(end) != header_.directoryOffset || !isZero(end, header_.directoryOffset))
      fail("has a damaged directory: its data has gaps");
    if (stored.training())
      for (auto *value : *stored.training())
        result.training[text(value->key())] = text(value->value());
    return result;
  }

private:
  [[noreturn]] void fail(const std::string &message) { throw Error(path_ + ": " + message); }
  static std::string text(const flatbuffers::String *string) { return string ? string->str() : std::string(); }

  /// The directory, after checking header and directory against their checksums.
  const char *checkedDirectory() {
    if (file_.size < sizeof header_ || std::memcmp(file_.data, kMagic, sizeof kMagic) != 0)
      fail(file_.size && std::memcmp(file_.data, kMagic, std::min(file_.size, sizeof kMagic)) == 0
               ? "is truncated"
               : "is no .tenon file");
    std::memcpy(&header_, file_.data, sizeof header_);
    if (header_.headerCrc != crc32c(&header_, offsetof(Header, headerCrc)) || !isZero(36, sizeof(Header)))
      fail("has a damaged header");
    if (header_.version != kVersion)
      fail("has version " + std::to_string(header_.version) + ", this runtime reads version " +
           std::to_string(kVersion));
    if (header_.directoryOffset % 64 || header_.directoryOffset < sizeof header_ ||
        header_.directoryOffset > file_.size || header_.directorySize != file_.size - header_.directoryOffset)
      fail("is truncated");
    // The verifier's own limit on size is an assert, absent in release builds.
    if (header_.directorySize < 8 || header_.directorySize > (1u << 30) ||
        header_.directoryCrc != crc32c(file_.data + header_.directoryOffset, size_t(header_.directorySize)))
      fail("has a damaged directory");
    return file_.data + header_.directoryOffset;
  }

  bool isZero(uint64_t begin, uint64_t end) const {
    return std::all_of(file_.data + begin, file_.data + end, [](char byte) { return byte == 0; });
  }

  /// `end`: where the data so far ends; moved behind this variable's.
  StoredVariable readVariable(const schema::StoredVariable &stored, uint64_t &end) {
    StoredVariable variable;
    variable.name = text(stored.name());
    const std::string what = "variable '" + variable.name + "'";
    if (!names_.insert(variable.name).second)
      fail("has a damaged directory: two variables are named '" + variable.name + "'");
    if (stored.kind() < schema::Kind::MIN || stored.kind() > schema::Kind::MAX || stored.dtype() < schema::DType::MIN ||
        stored.dtype() > schema::DType::MAX)
      fail("has a damaged directory: " + what + " is of an unknown kind");
    variable.kind = static_cast<VariableKind>(stored.kind());
    variable.trainable = stored.trainable();
    Shape shape;
    if (stored.shape())
      shape.assign(stored.shape()->begin(), stored.shape()->end());
    auto dtype = static_cast<DType>(stored.dtype());
    uint64_t bytes = 0;
    try {
      bytes = static_cast<uint64_t>(elementCount(shape)) * sizeOf(dtype);
    } catch (const Error &) {
      fail("has a damaged directory: " + what + " has the shape " + toString(shape));
    }
    if (stored.offset() != aligned(end) || stored.offset() > header_.directoryOffset ||
        bytes > header_.directoryOffset - stored.offset() || !isZero(end, stored.offset()))
      fail("has a damaged directory: " + what + " lies outside its place");
    end = stored.offset() + bytes;
    char *data = file_.data + stored.offset();
    if (crc32c(data, size_t(bytes)) != stored.crc())
      fail("the data of " + what + " is damaged");
    variable.value = Array::view(data, std::move(shape), dtype, file_.owner);
    return variable;
  }

  const std::string &path_;
  MappedFile file_;
  Header header_ = {};
  std::set<std::string> names_;
};
} // namespace

Container Container::read(const std::string &path) { return ContainerReader(path).read(); }

void Container::write(const std::string &path) const {
  schema::ContainerT directory;
  directory.producer = producer;
  directory.description = description;
  uint64_t end = sizeof(Header);
  std::set<std::string> names;
  for (auto &variable : variables) {
    if (!names.insert(variable.name).second)
      throw Error(path + ": two variables are named '" + variable.name + "'");
    auto stored = std::make_unique<schema::StoredVariableT>();
    stored->name = variable.name;
    stored->dtype = static_cast<schema::DType>(variable.value.dtype());
    stored->shape = variable.value.shape();
    stored->kind = static_cast<schema::Kind>(variable.kind);
    stored->trainable = variable.trainable;
    stored->offset = aligned(end);
    stored->crc = crc32c(variable.value.raw(), variable.value.bytes());
    end = stored->offset + variable.value.bytes();
    directory.variables.push_back(std::move(stored));
  }
  for (auto &[key, value] : training) {
    auto stored = std::make_unique<schema::StoredValueT>();
    stored->key = key;
    stored->value = value;
    directory.training.push_back(std::move(stored));
  }
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(schema::Container::Pack(builder, &directory), schema::ContainerIdentifier());

  Header header = {};
  std::memcpy(header.magic, kMagic, sizeof kMagic);
  header.version = kVersion;
  header.directoryOffset = aligned(end);
  header.directorySize = builder.GetSize();
  header.directoryCrc = crc32c(builder.GetBufferPointer(), builder.GetSize());
  header.headerCrc = crc32c(&header, offsetof(Header, headerCrc));

  FileWriter file(path);
  file.write(&header, sizeof header);
  const char zeros[64] = {};
  for (auto &variable : variables) {
    file.write(variable.value.raw(), variable.value.bytes());
    file.write(zeros, static_cast<size_t>(aligned(variable.value.bytes()) - variable.value.bytes()));
  }
  file.write(builder.GetBufferPointer(), builder.GetSize());
  file.close();
}

const StoredVariable *Container::find(const std::string &name) const {
  for (auto &variable : variables)
    if (variable.name == name)
      return &variable;
  return nullptr;
}

} // namespace tenon
