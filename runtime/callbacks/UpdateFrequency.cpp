// SPDX-License-Identifier: Apache-2.0
#include <tenon/error.h>
#include <tenon/training_events.h>

#include <charconv>

namespace tenon {
namespace {
[[noreturn]] void refuse(const std::string &received) {
  throw Error("updateFreq: expected \"epoch\", \"batch\" or a number of batches of at least 1, received " + received,
              Fault::Usage);
}
} // namespace

UpdateFrequency::UpdateFrequency(const std::string &text) {
  if (text == "epoch")
    return;
  if (text == "batch") {
    batches_ = 1;
    return;
  }
  const char *end = text.data() + text.size();
  auto [stop, error] = std::from_chars(text.data(), end, batches_);
  if (error != std::errc() || stop != end || batches_ < 1)
    refuse("\"" + text + "\"");
}

UpdateFrequency::UpdateFrequency(int64_t batches) : batches_(batches) {
  if (batches < 1)
    refuse(std::to_string(batches));
}

} // namespace tenon
