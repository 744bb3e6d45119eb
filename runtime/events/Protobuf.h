// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_EVENTS_PROTOBUF_H
#define TENON_RUNTIME_EVENTS_PROTOBUF_H

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tenon::events {

/// A protobuf message as its bytes, field after field. A field that has its default value is written all the same:
/// readers take both.
class Message {
public:
  Message &integer(int field, int64_t value);
  Message &number(int field, double value);
  Message &bytes(int field, std::string_view value);
  Message &message(int field, const Message &value) { return bytes(field, value.data()); }
  /// A packed list of float.
  Message &floats(int field, const std::vector<float> &values);

  const std::string &data() const { return data_; }
  bool empty() const { return data_.empty(); }

private:
  void key(int field, int wire);
  void varint(uint64_t value);
  std::string data_;
};

/// Appends a number's bytes, lowest first.
template <typename T> void appendLittleEndian(std::string &text, T value) {
  for (size_t i = 0; i < sizeof(T); ++i)
    text += static_cast<char>(value >> 8 * i & 255);
}

} // namespace tenon::events
#endif // TENON_RUNTIME_EVENTS_PROTOBUF_H
