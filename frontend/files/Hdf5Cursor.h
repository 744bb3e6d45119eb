// SPDX-License-Identifier: Apache-2.0
// Numbers off the front of the bytes of an HDF5 file; nothing is taken that is not there.
#pragma once
#include "runtime/LittleEndian.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace tenon::files {

/// What is wrong with what is being read; whoever asked for it knows its name. Empty: it is damaged.
struct Hdf5Fault {
  std::string what;
};

namespace hdf5 {

inline constexpr uint64_t undefined = ~uint64_t(0);

[[noreturn]] inline void damaged() { throw Hdf5Fault{}; }
inline void check(bool condition) {
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
  uint64_t number(size_t size) { return littleEndian(take(size)); }
  uint64_t address() { return number(8); }
  void skip(uint64_t size) { take(size); }
  void expect(std::string_view signature) { check(take(signature.size()) == signature); }
  std::string_view rest() const { return bytes; }

private:
  std::string_view bytes;
};

inline uint64_t multiplied(uint64_t a, uint64_t b) {
  uint64_t product = 0;
  check(!__builtin_mul_overflow(a, b, &product) && product <= uint64_t(INT64_MAX));
  return product;
}
inline uint64_t padded(uint64_t size) { return (size + 7) / 8 * 8; }

} // namespace hdf5
} // namespace tenon::files
