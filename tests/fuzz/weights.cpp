// SPDX-License-Identifier: Apache-2.0
// Weights alone: .weights.h5 and the older .h5.
#include "tests/fuzz/ReadModel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tenon::fuzz::readWeightFile({reinterpret_cast<const char *>(data), size});
  return 0;
}
