// SPDX-License-Identifier: Apache-2.0
#include "runtime/search/tune/Progress.h"
#include "runtime/search/StudyStore.h"
#include "runtime/search/report/Text.h"

#include <algorithm>
#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tenon::search {
namespace {
size_t terminalWidth() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

std::string firstLine(const std::string &text) { return text.substr(0, text.find('\n')); }

std::string lineOf(const TrialRecord &trial, const TrialRecord *best) {
  std::string text = "trial " + std::to_string(trial.number) + ": ";
  if (trial.state == TrialState::Failed)
    text += "failed: " + firstLine(trial.failure);
  else if (trial.state == TrialState::Pruned)
    text += "pruned" + (trial.value ? " at " + readable(*trial.value) : std::string());
  else
    text += readable(*trial.value);
  if (best)
    text += best->number == trial.number
                ? " (best)"
                : " (best " + readable(*best->value) + " of trial " + std::to_string(best->number) + ")";
  for (const Parameter &parameter : trial.parameters)
    text += (&parameter == &trial.parameters[0] ? "  " : " ") + parameter.name + "=" + readable(parameter.value);
  return text;
}
} // namespace

Progress::Progress(Direction direction, const std::vector<TrialRecord> &trials, std::optional<int64_t> wanted)
    : direction_(direction), wanted_(wanted), terminal_(isatty(STDERR_FILENO)), begin_(now()) {
  for (const TrialRecord &trial : trials)
    told_.push_back(trial.isFinished());
}

Progress::~Progress() {
  if (open_)
    std::fputc('\n', stderr);
}

void Progress::note(const std::string &text) {
  std::fprintf(stderr, "%s%s\n", open_ ? "\r\033[K" : "", text.c_str());
  open_ = false;
}

void Progress::update(const std::vector<TrialRecord> &trials) {
  told_.resize(std::max(told_.size(), trials.size()), false);
  const std::vector<const TrialRecord *> best = ranked(trials, direction_);
  const TrialRecord *first = best.empty() ? nullptr : best[0];
  for (const TrialRecord &trial : trials)
    if (trial.isFinished() && !told_[size_t(trial.number)]) {
      told_[size_t(trial.number)] = true;
      if (!terminal_)
        std::fprintf(stderr, "%s\n", lineOf(trial, first).c_str());
    }
  if (terminal_)
    live(trials, first);
}

void Progress::live(const std::vector<TrialRecord> &trials, const TrialRecord *best) {
  auto count = [&](TrialState state) {
    return std::count_if(trials.begin(), trials.end(), [&](const TrialRecord &trial) { return trial.state == state; });
  };
  const auto finished =
      std::count_if(trials.begin(), trials.end(), [](const TrialRecord &trial) { return trial.isFinished(); });
  std::string text = std::to_string(finished) + (wanted_ ? "/" + std::to_string(*wanted_) : "") + " trials";
  for (TrialState state : {TrialState::Running, TrialState::Pruned, TrialState::Failed})
    if (count(state))
      text += ", " + std::to_string(count(state)) + " " + toText(state);
  text += "  " + duration(now() - begin_);
  if (best)
    text += "  best " + readable(*best->value) + " of trial " + std::to_string(best->number) + ": " +
            assignments(best->parameters);
  std::fprintf(stderr, "\r%s\033[K", shortened(text, terminalWidth() - 1).c_str());
  std::fflush(stderr);
  open_ = true;
}

} // namespace tenon::search
