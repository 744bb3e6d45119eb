// SPDX-License-Identifier: Apache-2.0
#include "tests/fuzz/Input.h"

#include "runtime/images/Decode.h"

using namespace tenon;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  const std::string_view given(reinterpret_cast<const char *>(data), size);

  for (int channels : {1, 3, 4})
    fuzz::readBytes(given, [&](std::string_view bytes, const std::string &what) {
      const images::Pixels pixels = images::decode(bytes, channels, what);
      fuzz::require(pixels.channels == channels &&
                        pixels.bytes.size() == static_cast<size_t>(pixels.height * pixels.width * channels),
                    "the pixels have another size than the image");
    });
  return 0;
}
