// SPDX-License-Identifier: Apache-2.0
#include "runtime/callbacks/Text.h"

#include <tenon/callbacks.h>
#include <tenon/error.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <unistd.h>

namespace tenon {
namespace {
/// A field as Python's csv.excel dialect writes it.
std::string quoted(const std::string &field, const std::string &separator) {
  if (field.find_first_of("\"\r\n") == std::string::npos && field.find(separator) == std::string::npos)
    return field;
  std::string text = "\"";
  for (char c : field)
    text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}
} // namespace

CSVLogger::CSVLogger(std::string filename, std::string separator, bool append)
    : filename_(std::move(filename)), separator_(std::move(separator)), append_(append) {
  if (separator_.size() != 1)
    throw Error("CSVLogger: expected a separator of one character, received '" + separator_ + "'", Fault::Usage);
}

void CSVLogger::open(const char *mode) {
  std::FILE *file = std::fopen(filename_.c_str(), mode);
  if (!file)
    throw Error("CSVLogger: " + filename_ + ": cannot be opened: " + std::strerror(errno));
  file_ = std::shared_ptr<std::FILE>(file, std::fclose);
}

void CSVLogger::write(const std::string &line) {
  if (std::fputs((line + "\r\n").c_str(), file_.get()) < 0 || std::fflush(file_.get()) != 0)
    throw Error("CSVLogger: " + filename_ + ": cannot be written: " + std::strerror(errno));
  size_ = std::ftell(file_.get());
}

void CSVLogger::onTrainBegin(TrainingContext &) {
  keys_.clear();
  open(append_ ? "a" : "w");
  size_ = std::ftell(file_.get());
  header_ = size_ == 0;
}

void CSVLogger::onEpochEnd(TrainingContext &, int epoch, Logs &logs) {
  if (keys_.empty()) {
    for (auto &entry : logs)
      keys_.push_back(entry.first);
    // With validationFreq the first epoch has no validation yet; its columns are there all the same.
    auto isValidation = [](const std::string &key) { return key.rfind("val_", 0) == 0; };
    if (std::none_of(keys_.begin(), keys_.end(), isValidation))
      for (size_t i = 0, count = keys_.size(); i < count; ++i)
        keys_.push_back("val_" + keys_[i]);
    std::string line = "epoch";
    for (const std::string &key : keys_)
      line += separator_ + quoted(key, separator_);
    if (header_)
      write(line);
    header_ = false;
  }
  std::string line = std::to_string(epoch);
  for (const std::string &key : keys_) {
    auto found = logs.find(key);
    line += separator_ + (found == logs.end() ? "NA" : pythonNumber(found->second));
  }
  write(line);
}

void CSVLogger::onTrainEnd(TrainingContext &, const Logs &) { file_ = nullptr; }

State CSVLogger::saveState() const {
  // A state must not tell of lines that a power cut takes away.
  if (file_)
    fdatasync(fileno(file_.get()));
  State state;
  state.set("size", size_);
  state.set("header", header_);
  for (size_t i = 0; i < keys_.size(); ++i)
    state.set("key " + std::to_string(i), keys_[i]);
  return state;
}

void CSVLogger::onTrainResume(TrainingContext &context, const State &state) {
  if (state.empty())
    return onTrainBegin(context);
  open("r+");
  size_ = state.integer("size");
  if (std::fseek(file_.get(), 0, SEEK_END) != 0 || std::ftell(file_.get()) < size_)
    throw Error("CSVLogger: " + filename_ + ": is shorter than it was when the training was captured (" +
                std::to_string(size_) + " bytes)");
  if (ftruncate(fileno(file_.get()), size_) != 0 || std::fseek(file_.get(), size_, SEEK_SET) != 0)
    throw Error("CSVLogger: " + filename_ + ": cannot be cut to " + std::to_string(size_) +
                " bytes: " + std::strerror(errno));
  header_ = state.integer("header") != 0;
  keys_.clear();
  for (size_t i = 0; state.has("key " + std::to_string(i)); ++i)
    keys_.push_back(state.text("key " + std::to_string(i)));
}

} // namespace tenon
