// SPDX-License-Identifier: Apache-2.0
#include <tenon/callbacks.h>
#include <tenon/error.h>

#include <charconv>

namespace tenon {

SaveFrequency::SaveFrequency(const std::string &text) {
  if (text == "epoch")
    return;
  double number = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  std::string unit = error == std::errc() ? std::string(rest, text.data() + text.size()) : "";
  double seconds = unit == "s" ? 1 : unit == "min" ? 60 : unit == "h" ? 3600 : 0;
  bool whole = error == std::errc() && number >= 1 && number < 1e15 && number == double(int64_t(number));
  if (unit.empty() && whole)
    batches_ = int64_t(number);
  else if (seconds > 0 && number > 0)
    seconds_ = number * seconds;
  else
    throw Error("saveFreq: expected \"epoch\", a number of batches, or a time as \"10s\", \"5min\" or \"1h\", received '" +
                    text + "'",
                Fault::Usage);
}

SaveFrequency::SaveFrequency(int64_t batches) : batches_(batches) {
  if (batches < 1)
    throw Error("saveFreq: expected \"epoch\" or at least 1 batch, received " + std::to_string(batches), Fault::Usage);
}

} // namespace tenon
