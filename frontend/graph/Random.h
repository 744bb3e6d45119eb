// SPDX-License-Identifier: Apache-2.0
// The state behind setRandomSeed.
#pragma once
#include <cstdint>

namespace tenon::graph {

/// The process's seed: setRandomSeed's, or one drawn from the system at the first use. The variable "seed" of a
/// training program and the shuffling of its data start from it.
uint64_t randomSeed();
/// A new seed for every call, a function of randomSeed() and the number of calls since it was set.
uint64_t nextSeed();

/// Random numbers of one stream: Philox 4x32-10 with the seed as key and the position as counter.
class RandomStream {
public:
  explicit RandomStream(uint64_t seed) : seed(seed) {}
  /// In [0, 1), 53 bits.
  double uniform();
  /// Mean 0, standard deviation 1 (Box and Muller).
  double normal();

private:
  uint64_t seed, position = 0;
};

} // namespace tenon::graph
