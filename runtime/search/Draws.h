// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_SEARCH_DRAWS_H
#define TENON_RUNTIME_SEARCH_DRAWS_H

#include <tenon/philox.h>

#include <cmath>
#include <numbers>
#include <string_view>

namespace tenon::search {

/// Random numbers as a function of (seed, trial, purpose), the same on every machine and however workers interleave;
/// so none of the standard library's distributions, whose bits are not defined.
class Draws {
public:
  Draws(uint64_t seed, int64_t trial, std::string_view purpose)
      : key_{uint32_t(seed), uint32_t(seed >> 32)}, trial_(uint32_t(trial)) {
    for (unsigned char c : purpose) // FNV-1a
      purpose_ = (purpose_ ^ c) * 0x100000001b3;
  }

  /// In [0, 1), a multiple of 2^-53.
  double uniform() {
    if (at_ == 2) {
      std::array<uint32_t, 4> words = philox({block_++, trial_, uint32_t(purpose_), uint32_t(purpose_ >> 32)}, key_);
      words_ = {words[0] | uint64_t(words[1]) << 32, words[2] | uint64_t(words[3]) << 32};
      at_ = 0;
    }
    return double(words_[at_++] >> 11) * 0x1p-53;
  }
  int64_t below(int64_t count) { return int64_t(uniform() * double(count)); }
  /// Standard normal (Box and Muller).
  double normal() {
    double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

private:
  std::array<uint32_t, 2> key_;
  uint32_t trial_, block_ = 0;
  uint64_t purpose_ = 0xcbf29ce484222325;
  std::array<uint64_t, 2> words_{};
  size_t at_ = 2;
};

} // namespace tenon::search
#endif // TENON_RUNTIME_SEARCH_DRAWS_H
