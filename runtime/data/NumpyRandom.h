// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_RUNTIME_DATA_NUMPYRANDOM_H
#define TENON_RUNTIME_DATA_NUMPYRANDOM_H

#include <tenon/error.h>

#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace tenon::data {

/// numpy.random.RandomState(seed) as far as Keras's data sets use it: their order is part of their meaning.
class NumpyRandom {
public:
  explicit NumpyRandom(int64_t seed) : words_(static_cast<uint32_t>(seed)) {
    if (seed < 0 || seed > UINT32_MAX)
      throw Error("expected a seed from 0 to 4294967295, received " + std::to_string(seed), Fault::Usage);
  }
  template <typename T> void shuffle(std::vector<T> &values) {
    for (size_t i = values.size(); i-- > 1;)
      std::swap(values[i], values[below(static_cast<uint32_t>(i))]);
  }

private:
  /// From 0 to `most`: words masked to its bits, until one is small enough.
  uint32_t below(uint32_t most) {
    uint32_t mask = most;
    for (int shift = 1; shift < 32; shift *= 2)
      mask |= mask >> shift;
    for (;;)
      if (auto value = static_cast<uint32_t>(words_()) & mask; value <= most)
        return value;
  }
  std::mt19937 words_; // the same words as NumPy's for the same seed
};

} // namespace tenon::data
#endif // TENON_RUNTIME_DATA_NUMPYRANDOM_H
