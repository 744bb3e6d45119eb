// SPDX-License-Identifier: Apache-2.0
#include "runtime/Clock.h"

#include <tenon/callbacks.h>

#include <algorithm>
#include <cmath>
#include <sys/ioctl.h>
#include <unistd.h>

namespace tenon {
namespace {
constexpr int kWidth = 20;
constexpr double kRedrawSeconds = 0.1;

std::string print(const char *format, double value) {
  char text[64];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

/// Keras's rule for numbers.
std::string number(double value) { return print(std::fabs(value) > 1e-3 ? "%.4f" : "%.4e", value); }

std::string logText(const Logs &logs) {
  std::string own, validation;
  for (auto &[name, value] : logs)
    (name.rfind("val_", 0) == 0 ? validation : own) += " - " + name + ": " + number(value);
  return own + validation;
}

std::string perStep(double time) {
  if (time >= 1 || time == 0)
    return print("%.0fs/step", time);
  return time >= 1e-3 ? print("%.0fms/step", time * 1e3) : print("%.0fus/step", time * 1e6);
}

std::string remaining(double time) {
  long all = static_cast<long>(time);
  char text[64];
  if (all > 3600)
    std::snprintf(text, sizeof text, "%ld:%02ld:%02ld", all / 3600, all % 3600 / 60, all % 60);
  else if (all > 60)
    std::snprintf(text, sizeof text, "%ld:%02ld", all / 60, all % 60);
  else
    std::snprintf(text, sizeof text, "%lds", all);
  return text;
}

int terminalColumns(std::FILE *file) {
  winsize size = {};
  return ioctl(fileno(file), TIOCGWINSZ, &size) == 0 && size.ws_col ? size.ws_col : 80;
}
} // namespace

ProgressBar::ProgressBar(std::FILE *out) : out_(out), live_(isatty(fileno(out))), columns_(terminalColumns(out)) {}

void ProgressBar::begin(int64_t steps, int64_t first) {
  steps_ = steps;
  done_ = first_ = first;
  start_ = seconds();
  drawn_ = 0;
}

/// The bar, cut to the terminal's width: a wrapped line could not be overwritten.
void ProgressBar::draw(int64_t done, const std::string &text) {
  std::string count = std::to_string(done) + "/" + (steps_ < 0 ? "Unknown" : std::to_string(steps_));
  if (steps_ >= 0)
    count.insert(0, std::to_string(steps_).size() * 2 + 1 - count.size(), ' ');
  int filled = steps_ < 0 ? 0 : static_cast<int>(done * kWidth / std::max<int64_t>(steps_, 1));
  std::string line = "\r\x1b[1m" + count + "\x1b[0m \x1b[32m";
  for (int i = 0; i < kWidth; ++i)
    line += std::string(i == filled ? "\x1b[0m\x1b[37m" : "") + "━";
  int room = columns_ - 1 - static_cast<int>(count.size()) - 2 - kWidth;
  line += "\x1b[0m " + text.substr(0, static_cast<size_t>(std::max(room, 0))) + "\x1b[K";
  std::fputs(line.c_str(), out_);
  std::fflush(out_);
  open_ = true;
}

void ProgressBar::update(TrainingContext &context, int64_t done, bool withLogs) {
  done_ = done;
  if (context.verbose != 1 || !live_)
    return;
  double now = seconds();
  if (now - drawn_ < kRedrawSeconds || (steps_ >= 0 && done >= steps_))
    return;
  drawn_ = now;
  double step = (now - start_) / static_cast<double>(done - first_);
  draw(done, (steps_ < 0 ? "" : remaining(step * static_cast<double>(steps_ - done)) + " ") + perStep(step) +
                 (withLogs ? logText(context.currentLogs()) : ""));
}

void ProgressBar::finish(TrainingContext &context, const Logs &logs) {
  double time = seconds() - start_;
  if (steps_ < 0)
    steps_ = done_; // a generator's batches, now known
  std::string step = perStep(done_ > first_ ? time / static_cast<double>(done_ - first_) : 0);
  if (context.verbose == 1 && live_) {
    draw(done_, print("%.0fs ", time) + step + logText(logs));
    std::fputc('\n', out_);
  } else {
    std::fprintf(out_, "%lld/%lld - %.0fs - %s%s\n", static_cast<long long>(done_), static_cast<long long>(steps_),
                 time, step.c_str(), logText(logs).c_str());
  }
  std::fflush(out_);
  open_ = false;
}

void ProgressBar::onTrainResume(TrainingContext &context, const State &) {
  if (context.verbose && context.stopTraining && context.batch == 0)
    std::fprintf(out_, "The training had ended after epoch %d/%d\n", context.epoch, context.epochs);
  else if (context.verbose && context.epoch < context.epochs)
    std::fprintf(out_, "Going on in epoch %d/%d after %lld batches\n", context.epoch + 1, context.epochs,
                 static_cast<long long>(context.batch));
  begin(context.steps, context.batch);
}

void ProgressBar::onEpochBegin(TrainingContext &context, int epoch) {
  if (context.verbose && context.epochs > 1)
    std::fprintf(out_, "Epoch %d/%d\n", epoch + 1, context.epochs);
  begin(context.steps);
}

void ProgressBar::onTrainBatchEnd(TrainingContext &context, int64_t batch, const Logs &) {
  update(context, batch + 1, true);
}

void ProgressBar::onEpochEnd(TrainingContext &context, int, Logs &logs) {
  if (context.verbose)
    finish(context, logs);
}

void ProgressBar::onTrainEnd(TrainingContext &, const Logs &) {
  if (open_)
    std::fputc('\n', out_);
  open_ = false;
}

void ProgressBar::onTestBegin(TrainingContext &context) {
  if (!context.training)
    begin(context.testSteps);
}

void ProgressBar::onTestBatchEnd(TrainingContext &context, int64_t batch, const Logs &) {
  if (!context.training)
    update(context, batch + 1, true);
}

void ProgressBar::onTestEnd(TrainingContext &context, const Logs &logs) {
  if (context.verbose && !context.training)
    finish(context, logs);
}

void ProgressBar::onPredictBegin(TrainingContext &context) { begin(context.testSteps); }

void ProgressBar::onPredictBatchEnd(TrainingContext &context, int64_t batch) { update(context, batch + 1, false); }

void ProgressBar::onPredictEnd(TrainingContext &context) {
  if (context.verbose)
    finish(context, {});
}

} // namespace tenon
