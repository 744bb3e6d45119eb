// SPDX-License-Identifier: Apache-2.0
// What a compiled program says of itself.
#include "tests/fuzz/Input.h"

#include "runtime/Manifest.h"

using namespace tenon;

namespace {
int64_t plan(const int64_t *, int64_t *) { return 0; }
void run(const tenon_call *) {}
} // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz::readBytes({reinterpret_cast<const char *>(data), size}, [](std::string_view bytes, const std::string &what) {
    alignas(64) static const char weights[64] = {};
    const tenon_entry entries[] = {{"predict", plan, run},       {"prepare", plan, run},
                                   {"train_step", plan, run},    {"evaluate_step", plan, run},
                                   {"reset_metrics", plan, run}, {"read_metrics", plan, run}};
    const tenon_program_table table = {TENON_ABI_VERSION, 6, entries, bytes.data(), bytes.size(), weights, 64};
    for (auto &variable : readManifest(table, what).variables) {
      const char *value = static_cast<const char *>(variable.initial);
      fuzz::require(!value || (value >= weights && variable.bytes <= 64 && value + variable.bytes <= weights + 64),
                    "a variable's value lies outside the weights");
    }
  });
  return 0;
}
