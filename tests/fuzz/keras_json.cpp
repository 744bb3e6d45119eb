// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/ReadModel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tenon::fuzz::readModelJson({reinterpret_cast<const char *>(data), size});
  return 0;
}
