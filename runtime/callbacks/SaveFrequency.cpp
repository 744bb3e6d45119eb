// SPDX-License-Identifier: Apache-2.0
#include "runtime/Clock.h"

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

bool SaveTimer::isDue(int64_t batch) {
  if (frequency_.seconds() > 0) {
    const bool due = timeIsUp();
    if (due)
      saved();
    return due;
  }
  if (!frequency_.batches())
    return false;
  batches_ += batch > before_ ? batch - before_ : batch; // of a new epoch, when they are no more
  before_ = batch;
  const bool due = batches_ >= frequency_.batches();
  if (due)
    batches_ = 0;
  return due;
}

bool SaveTimer::timeIsUp() const { return frequency_.seconds() > 0 && tenon::seconds() - savedAt_ >= frequency_.seconds(); }

void SaveTimer::saved() { savedAt_ = tenon::seconds(); }

State SaveTimer::saveState() const {
  State state;
  state.set("batches", batches_);
  state.set("before", before_);
  return state;
}

void SaveTimer::resume(const State &state) {
  saved();
  batches_ = state.empty() ? 0 : state.integer("batches");
  before_ = state.empty() ? 0 : state.integer("before");
}

} // namespace tenon
