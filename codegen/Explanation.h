// SPDX-License-Identifier: Apache-2.0
// What became of a program's layers: the kernels they ended in and what passes say they did.
#pragma once
#include <string>
#include <vector>

namespace tenon::codegen {

struct Explanation {
  struct Kernel {
    std::string stage;               // "12", in a loop "5.0": stage 0 of the steps of a loop in stage 5
    std::string symbol, schedule;    // contract_0a1b.., "direct 6x16"; no schedule for kernels that need none
    std::vector<std::string> layers; // whose ops it holds, the one it is named after first
    std::string tasks;               // an expression over the entry's sizes
    double seconds = 0;              // predicted, on one core at batch 1; of one step in a loop
  };
  struct Loop {
    std::string stage, steps;
    bool reverse = false;
    std::vector<std::string> layers;
    std::string tasks; // empty: one
  };
  struct Remark {
    std::string pass, layer, text;
    bool applied = false; // or why it was not
  };
  struct Entry {
    std::string name;
    unsigned stages = 0;
    std::vector<Kernel> kernels; // in the order they run
    std::vector<Loop> loops;
    std::vector<Remark> remarks;
  };
  std::vector<Entry> entries;
};

} // namespace tenon::codegen
