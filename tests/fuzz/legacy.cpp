// SPDX-License-Identifier: Apache-2.0
// Keras's older .h5 with a whole model.
#include "tests/fuzz/ReadModel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tenon::fuzz::readModelFile({reinterpret_cast<const char *>(data), size});
  return 0;
}
