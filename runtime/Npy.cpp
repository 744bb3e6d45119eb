// SPDX-License-Identifier: Apache-2.0
#include <tenon/npy.h>

#include "runtime/Npy.h"

#include <tenon/error.h>

#include <algorithm>
#include <cstring>
#include <string_view>

namespace tenon::npy {
namespace {
constexpr std::string_view kMagic = "\x93NUMPY";

/// Reads the header's dictionary, a Python literal of three known keys; nothing is evaluated.
class HeaderParser {
public:
  HeaderParser(std::string_view text, const std::string &path) : text_(text), path_(path) {}

  Header parse(bool &fortran) {
    Header header;
    bool type = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      std::string_view key = quoted();
      expect(':');
      if (key == "descr" && !type) {
        header.type = quoted();
        type = true;
      } else if (key == "fortran_order" && !order) {
        fortran = boolean();
        order = true;
      } else if (key == "shape" && !shape) {
        header.shape = tuple();
        shape = true;
      } else {
        fail();
      }
      if (!accept(',') && peek() != '}')
        fail();
    }
    if (!type || !order || !shape || peek() != '\0')
      fail();
    return header;
  }

private:
  [[noreturn]] void fail() { throw Error(path_ + ": has a damaged .npy header"); }
  char peek() {
    while (!text_.empty() && (text_[0] == ' ' || text_[0] == '\n'))
      text_.remove_prefix(1);
    return text_.empty() ? '\0' : text_[0];
  }
  bool accept(char c) {
    if (peek() != c || c == '\0')
      return false;
    text_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c))
      fail();
  }
  std::string_view quoted() {
    char quote = peek();
    if (quote != '\'' && quote != '"')
      fail();
    size_t end = text_.find(quote, 1);
    if (end == std::string_view::npos)
      fail();
    std::string_view value = text_.substr(1, end - 1);
    text_.remove_prefix(end + 1);
    return value;
  }
  bool boolean() {
    for (std::string_view word : {"False", "True"})
      if (peek() == word[0] && text_.substr(0, word.size()) == word) {
        text_.remove_prefix(word.size());
        return word == "True";
      }
    fail();
  }
  Shape tuple() {
    Shape shape;
    expect('(');
    while (!accept(')')) {
      int64_t value = 0;
      if (peek() < '0' || peek() > '9')
        fail();
      for (; !text_.empty() && text_[0] >= '0' && text_[0] <= '9'; text_.remove_prefix(1))
        if (__builtin_mul_overflow(value, 10, &value) || __builtin_add_overflow(value, text_[0] - '0', &value))
          fail();
      shape.push_back(value);
      if (shape.size() > 32 || (!accept(',') && peek() != ')'))
        fail();
    }
    return shape;
  }

  std::string_view text_;
  const std::string &path_;
};

template <typename From, typename To> void convert(const char *from, int64_t count, void *to) {
  for (int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, from + static_cast<size_t>(i) * sizeof value, sizeof value);
    static_cast<To *>(to)[i] = static_cast<To>(value);
  }
}

constexpr std::string_view kTypes[] = {"<f4", "<f8", "<i4", "<i8", "|i1", "<i2", "|u1", "|b1"};
} // namespace

Header readHeader(std::string_view bytes, const std::string &path) {
  if (bytes.substr(0, kMagic.size()) != kMagic)
    throw Error(path + ": is no .npy file");
  if (bytes.size() < 12)
    throw Error(path + ": is truncated");
  int version = bytes[6];
  if (version < 1 || version > 3)
    throw Error(path + ": has .npy version " + std::to_string(version) + ", expected 1 to 3");
  auto byte = [&](size_t i) { return static_cast<size_t>(static_cast<unsigned char>(bytes[i])); };
  size_t begin = version == 1 ? 10 : 12;
  size_t length = byte(8) | byte(9) << 8 | (version == 1 ? 0 : byte(10) << 16 | byte(11) << 24);
  if (length > bytes.size() - begin)
    throw Error(path + ": is truncated");
  bool fortran = false;
  Header header = HeaderParser(bytes.substr(begin, length), path).parse(fortran);
  if (fortran)
    throw Error(path + ": is in Fortran order, expected C order; save numpy.ascontiguousarray(array)");
  header.size = begin + length;
  return header;
}

Stored parse(const MappedFile &file, const std::string &path) {
  Header header = readHeader(file.bytes(), path);
  if (std::find(std::begin(kTypes), std::end(kTypes), header.type) == std::end(kTypes))
    throw Error(path + ": holds elements of type '" + std::string(header.type) +
                "', expected f4, f8, i1, i2, i4, i8, u1 or b1, little-endian");
  Stored stored{file.owner, file.data + header.size, header.shape, header.type[1], size_t(header.type[2] - '0')};
  int64_t count;
  try {
    count = elementCount(header.shape);
  } catch (const Error &error) {
    throw Error(path + ": " + error.what());
  }
  size_t size = static_cast<size_t>(count) * stored.bytes, present = file.size - header.size;
  if (present != size)
    throw Error(path + ": shape " + toString(header.shape) + " needs " + std::to_string(size) +
                " bytes, the file has " + std::to_string(present));
  return stored;
}

DType Stored::dtype() const {
  if (kind == 'f')
    return DType::F32;
  if (kind == 'b')
    return DType::I8;
  if (kind == 'u')
    return DType::I32;
  return bytes == 8 ? DType::I64 : bytes == 1 ? DType::I8 : DType::I32;
}

void Stored::read(int64_t begin, int64_t count, void *to) const {
  const char *from = data + static_cast<size_t>(begin) * bytes;
  if (kind == 'f' && bytes == 8)
    convert<double, float>(from, count, to);
  else if (kind == 'i' && bytes == 2)
    convert<int16_t, int32_t>(from, count, to);
  else if (kind == 'u')
    convert<uint8_t, int32_t>(from, count, to);
  else if (count)
    std::memcpy(to, from, static_cast<size_t>(count) * bytes);
}

Array Stored::array() const {
  if (sizeOf(dtype()) == bytes && reinterpret_cast<uintptr_t>(data) % bytes == 0)
    return Array::view(data, shape, dtype(), owner);
  Array array(shape, dtype());
  read(0, array.size(), array.raw());
  return array;
}

std::string headerOf(const Array &array) {
  const char *type = array.dtype() == DType::F32   ? "<f4"
                     : array.dtype() == DType::I32 ? "<i4"
                     : array.dtype() == DType::I64 ? "<i8"
                                                   : "|i1";
  std::string header =
      std::string("{'descr': '") + type + "', 'fortran_order': False, 'shape': " + toString(array.shape()) + ", }";
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::string start(kMagic);
  start += {'\1', '\0', static_cast<char>(header.size() & 255), static_cast<char>(header.size() >> 8)};
  return start + header;
}

Array load(const std::string &path) { return parse(mapFile(path), path).array(); }

void save(const std::string &path, const Array &array) {
  FileWriter file(path);
  file.write(headerOf(array));
  file.write(array.raw(), array.bytes());
  file.close();
}

} // namespace tenon::npy
