// SPDX-License-Identifier: Apache-2.0
#include "runtime/events/Protobuf.h"

#include <cstring>

namespace tenon::events {
namespace {
enum Wire { Varint = 0, Fixed64 = 1, Length = 2 };
} // namespace

void Message::key(int field, int wire) { varint(static_cast<uint64_t>(field) << 3 | static_cast<uint64_t>(wire)); }

void Message::varint(uint64_t value) {
  for (; value >= 128; value >>= 7)
    data_ += static_cast<char>(value | 128);
  data_ += static_cast<char>(value);
}

Message &Message::integer(int field, int64_t value) {
  key(field, Varint);
  varint(static_cast<uint64_t>(value));
  return *this;
}

Message &Message::number(int field, double value) {
  uint64_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  key(field, Fixed64);
  appendLittleEndian(data_, bits);
  return *this;
}

Message &Message::bytes(int field, std::string_view value) {
  key(field, Length);
  varint(value.size());
  data_ += value;
  return *this;
}

Message &Message::floats(int field, const std::vector<float> &values) {
  std::string packed;
  for (float value : values) {
    uint32_t bits;
    std::memcpy(&bits, &value, sizeof bits);
    appendLittleEndian(packed, bits);
  }
  return bytes(field, packed);
}

} // namespace tenon::events
