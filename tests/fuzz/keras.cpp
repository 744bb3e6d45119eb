// SPDX-License-Identifier: Apache-2.0
// Keras 3's .keras: a zip archive of JSON and HDF5.
#include "tests/fuzz/Checksums.h"
#include "tests/fuzz/ReadModel.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tenon::fuzz::readModelFile(tenon::fuzz::withZipChecksums({reinterpret_cast<const char *>(data), size}));
  return 0;
}
