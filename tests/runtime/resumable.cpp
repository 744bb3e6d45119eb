// SPDX-License-Identifier: Apache-2.0
// A training that resume_test kills: resumable FOLDER FREQUENCY [PAUSE]. It keeps its state in FOLDER/backup and writes
// FOLDER/log.csv, FOLDER/logs (files of events) and, at the end, FOLDER/result: weights, optimizer state, history and the callbacks' state in hex.
#include "tests/runtime/LinearProgram.h"
#include "tests/runtime/Samples.h"

#include <tenon/error.h>
#include <tenon/trainer.h>
#include <tenon/training_events.h>

#include <cstdio>
#include <unistd.h>

using namespace tenon;

namespace {
/// Gives the killer time, in batches and in validation alike.
struct Pause : Callback {
  useconds_t time;
  explicit Pause(useconds_t time) : time(time) {}
  void onTrainBatchEnd(TrainingContext &, int64_t, const Logs &) override { usleep(time); }
  void onTestBatchEnd(TrainingContext &, int64_t, const Logs &) override { usleep(time); }
  bool wantsBatchLogs() const override { return false; }
};

void print(std::FILE *file, const std::string &name, const State &state) {
  for (auto &[key, text] : state.texts())
    std::fprintf(file, "%s/%s %s\n", name.c_str(), key.c_str(), text.c_str());
  for (auto &[key, array] : state.arrays())
    for (int64_t i = 0; i < array.size(); ++i)
      std::fprintf(file, "%s/%s %a\n", name.c_str(), key.c_str(), array.at(i));
}

int train(const std::string &folder, const SaveFrequency &frequency, useconds_t pause) {
  test::LinearProgram linear;
  Session session(Program::wrap(linear.table()), {.threads = 1});
  auto stopping = std::make_shared<EarlyStopping>(EarlyStoppingOptions{.patience = 3, .restoreBestWeights = true});
  auto plateau = std::make_shared<ReduceLROnPlateau>(
      ReduceLROnPlateauOptions{.factor = 0.5, .patience = 1, .minDelta = 0.002, .cooldown = 1});
  // A rate that makes the loss rise again, so that every callback has something to do.
  LearningRateScheduler schedule([](int epoch, double rate) { return epoch >= 6 ? rate * 3 : rate; });
  TrainingEvents events(
      {.logDir = folder + "/logs", .histogramFreq = 2, .writeImages = true, .updateFreq = "batch"});
  FitOptions options{.batchSize = 8,
                     .epochs = 15,
                     .verbose = 0,
                     .callbacks = {schedule, plateau, stopping, CSVLogger(folder + "/log.csv"), events, Pause(pause),
                                   BackupAndRestore(folder + "/backup", {.saveFreq = frequency})},
                     .validationSplit = 0.25,
                     .validationFreq = 1,
                     .seed = 5};
  int64_t passes = 0;
  History history = Trainer(session, test::samples(100), options, {.passes = &passes}).run();
  if (history.signal)
    return 128 + history.signal;
  std::FILE *file = std::fopen((folder + "/result").c_str(), "w");
  for (const VariableInfo &variable : session.program().variables())
    if (variable.kind != VariableKind::Derived)
      for (int64_t i = 0; i < session.variable(variable.spec.name).size(); ++i)
        std::fprintf(file, "%s %a\n", variable.spec.name.c_str(), session.variable(variable.spec.name).at(i));
  print(file, "history", history.saveState());
  print(file, "stopping", stopping->saveState());
  print(file, "plateau", plateau->saveState());
  std::fprintf(file, "passes %lld\n", static_cast<long long>(passes));
  std::fclose(file);
  return 0;
}
} // namespace

int main(int argc, char **argv) {
  if (argc < 3)
    return 2;
  try {
    return train(argv[1], argv[2], argc > 3 ? useconds_t(std::atoi(argv[3])) : 0);
  } catch (const Error &error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
