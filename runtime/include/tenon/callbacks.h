// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_CALLBACKS_H
#define TENON_CALLBACKS_H

#include <tenon/callback.h>

#include <cstdio>

namespace tenon {

class Monitor;

/// Records the logs of every epoch; what fit returns.
class History : public Callback {
public:
  std::map<std::string, std::vector<double>> history;
  std::vector<int> epoch;
  std::map<std::string, int64_t> params; ///< "verbose", "epochs" and "steps" (batches per epoch) of the fit
  int signal = 0; ///< of the signal that ended the training (SIGINT of Ctrl-C, SIGTERM), 0 when none did
  bool interrupted() const { return signal != 0; }

  void onTrainBegin(TrainingContext &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  bool wantsBatchLogs() const override { return false; }
  std::string name() const override { return "History"; }
  State saveState() const override;
  void onTrainResume(TrainingContext &, const State &state) override;
};

/// Prints progress as Keras 3 does: verbose 1 one live line per epoch on a terminal (a plain line where `out` is none),
/// verbose 2 one plain line per epoch. fit, evaluate and predict add it themselves.
class ProgressBar : public Callback {
public:
  explicit ProgressBar(std::FILE *out = stdout);
  ProgressBar(std::FILE *out, bool live, int columns) : out_(out), live_(live), columns_(columns) {}

  void onTrainResume(TrainingContext &, const State &) override;
  void onEpochBegin(TrainingContext &, int epoch) override;
  void onTrainBatchEnd(TrainingContext &, int64_t batch, const Logs &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  void onTestBegin(TrainingContext &) override;
  void onTestBatchEnd(TrainingContext &, int64_t batch, const Logs &) override;
  void onTestEnd(TrainingContext &, const Logs &logs) override;
  void onPredictBegin(TrainingContext &) override;
  void onPredictBatchEnd(TrainingContext &, int64_t batch) override;
  void onPredictEnd(TrainingContext &) override;
  bool wantsBatchLogs() const override { return false; }

private:
  void begin(int64_t steps, int64_t first = 0);
  void update(TrainingContext &context, int64_t done, bool withLogs);
  void finish(TrainingContext &context, const Logs &logs);
  void draw(int64_t done, const std::string &text);

  std::FILE *out_;
  bool live_;
  int columns_;
  int64_t steps_ = 0, first_ = 0, done_ = 0; // batches: of all, done before, done so far
  double start_ = 0, drawn_ = 0;
  bool open_ = false; // a live line without its newline is on the terminal
};

struct EarlyStoppingOptions {
  std::string monitor = "val_loss";
  double minDelta = 0;
  int patience = 0;
  int verbose = 0;
  std::string mode = "auto"; ///< "min", "max", or by the monitored name
  std::optional<double> baseline = std::nullopt;
  bool restoreBestWeights = false;
  int startFromEpoch = 0;
};

/// Stops training when the monitored value has not improved for `patience` epochs (Keras's semantics: at least one
/// epoch is trained; the best weights are restored at the end of training even when it was not stopped).
class EarlyStopping : public Callback {
public:
  explicit EarlyStopping(EarlyStoppingOptions options = {});

  int stoppedEpoch = 0; ///< the index of the epoch that stopped training, 0 when none did
  int bestEpoch = 0;
  std::optional<double> best;

  void onTrainBegin(TrainingContext &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  bool wantsBatchLogs() const override { return false; }

  std::string name() const override { return "EarlyStopping"; }
  State saveState() const override;
  void onTrainResume(TrainingContext &, const State &state) override;

private:
  EarlyStoppingOptions options_;
  std::shared_ptr<const Monitor> monitor_;
  int wait_ = 0;
  std::vector<Array> bestWeights_;
};

struct ReduceLROnPlateauOptions {
  std::string monitor = "val_loss";
  double factor = 0.1; ///< below 1
  int patience = 10;
  int verbose = 0;
  std::string mode = "auto";
  double minDelta = 1e-4;
  int cooldown = 0; ///< epochs after a reduction that do not count
  double minLr = 0;
};

/// Multiplies the learning rate by `factor` when the monitored value has not improved for `patience` epochs. Adds
/// "learning_rate" to the logs.
class ReduceLROnPlateau : public Callback {
public:
  explicit ReduceLROnPlateau(ReduceLROnPlateauOptions options = {});

  void onTrainBegin(TrainingContext &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  bool wantsBatchLogs() const override { return false; }
  std::string name() const override { return "ReduceLROnPlateau"; }
  State saveState() const override;
  void onTrainResume(TrainingContext &, const State &state) override;

private:
  ReduceLROnPlateauOptions options_;
  std::shared_ptr<const Monitor> monitor_;
  std::optional<double> best_;
  int wait_ = 0, cooldown_ = 0;
};

/// Sets the learning rate at the beginning of every epoch: schedule(epoch, rate so far). Adds "learning_rate" to the
/// logs.
class LearningRateScheduler : public Callback {
public:
  using Schedule = std::function<double(int epoch, double rate)>;
  explicit LearningRateScheduler(Schedule schedule, int verbose = 0);
  explicit LearningRateScheduler(std::function<double(int epoch)> schedule, int verbose = 0);

  void onEpochBegin(TrainingContext &, int epoch) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  bool wantsBatchLogs() const override { return false; }

private:
  Schedule schedule_;
  int verbose_;
};

/// Writes the logs of every epoch as a line of a CSV file, as Python's csv module does: "epoch" and the sorted names of
/// the first epoch's logs, "NA" where a log is missing. With `append` it goes on in a file that exists.
class CSVLogger : public Callback {
public:
  explicit CSVLogger(std::string filename, std::string separator = ",", bool append = false);

  void onTrainBegin(TrainingContext &) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  bool wantsBatchLogs() const override { return false; }
  std::string name() const override { return "CSVLogger"; }
  State saveState() const override;
  /// Cuts off the lines that were written after the state was captured.
  void onTrainResume(TrainingContext &, const State &state) override;

private:
  void open(const char *mode);
  void write(const std::string &line);
  std::string filename_, separator_;
  bool append_, header_ = true;
  int64_t size_ = 0; // of what is written
  std::vector<std::string> keys_; // empty before the first epoch
  std::shared_ptr<std::FILE> file_;
};

/// Ends training when a batch's loss is NaN or infinite; with `raiseError` by an Error, which leaves backups where they
/// are.
class TerminateOnNaN : public Callback {
public:
  explicit TerminateOnNaN(bool raiseError = false) : raiseError_(raiseError) {}
  void onTrainBatchEnd(TrainingContext &, int64_t batch, const Logs &logs) override;

private:
  bool raiseError_;
};

/// How often something is saved: "epoch", a number of batches (100), or a time between two of them ("10s", "5min").
class SaveFrequency {
public:
  SaveFrequency(const char *text) : SaveFrequency(std::string(text)) {}
  SaveFrequency(const std::string &text);
  SaveFrequency(int64_t batches);
  SaveFrequency(int batches) : SaveFrequency(int64_t(batches)) {}

  bool isEpoch() const { return batches_ == 0 && seconds_ == 0; }
  int64_t batches() const { return batches_; }
  double seconds() const { return seconds_; }

private:
  int64_t batches_ = 0;
  double seconds_ = 0;
};

/// Tells when something that is saved at a frequency in batches or time is due; its count goes on from one epoch to the
/// next, and from a state that was captured.
class SaveTimer {
public:
  explicit SaveTimer(SaveFrequency frequency) : frequency_(frequency) { saved(); }
  /// After `batch` batches of an epoch; never at a frequency in epochs. What is due counts as saved.
  bool isDue(int64_t batch);
  /// Whether the frequency is a time and that has passed.
  bool timeIsUp() const;
  /// Begins the time anew.
  void saved();

  State saveState() const;
  void resume(const State &state);

private:
  SaveFrequency frequency_;
  int64_t batches_ = 0, before_ = 0; // since the last save; of the epoch, when it was asked last
  double savedAt_ = 0;
};

struct BackupAndRestoreOptions {
  SaveFrequency saveFreq = "epoch";
  bool doubleCheckpoint = true; ///< keep the state before the last one too, for when a file is damaged
  bool deleteCheckpoint = true; ///< when training is over
};

/// Makes training go on where an earlier process was ended, at whatever moment: keeps the whole training (weights,
/// optimizer, epoch and batch, order of samples, random numbers, running metrics, history, the other callbacks' state)
/// in a file of backupDir, replaced in one go, and begins with it when it is there. Weights and logs then end as those
/// of a training that was never interrupted, bit for bit. Keras's arguments and times, but Keras keeps weights and the
/// epoch alone; doubleCheckpoint is on here.
///
/// It is written beside training; when that fails (a full disk), a warning says so, training goes on and the last state
/// stays. An Error at the beginning when backupDir cannot be written, is in use by another training, belongs to a
/// training of other data or batch size, or when no state in it is whole.
class BackupAndRestore : public Callback {
public:
  explicit BackupAndRestore(std::string backupDir, BackupAndRestoreOptions options = {});

  /// Writes the training as it is into a folder, in onSafePoint of another callback.
  static void keep(const TrainingContext &context, const std::string &backupDir);

  std::optional<ResumableState> resume(TrainingContext &) override;
  void onSafePoint(TrainingContext &, SafePoint) override;
  void onTrainBegin(TrainingContext &) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  bool wantsBatchLogs() const override { return false; }
  std::string name() const override { return "BackupAndRestore"; }
  State saveState() const override { return timer_.saveState(); }
  void onTrainResume(TrainingContext &, const State &state) override;

private:
  struct Folder;
  bool isDue(const TrainingContext &context, SafePoint point);
  std::string backupDir_;
  BackupAndRestoreOptions options_;
  std::shared_ptr<Folder> folder_; // while a training runs
  SaveTimer timer_;
};

/// Calls functions of the user's own; empty ones are skipped.
struct LambdaCallback : Callback {
  std::function<void(TrainingContext &, int epoch)> epochBegin;
  std::function<void(TrainingContext &, int epoch, Logs &logs)> epochEnd;
  std::function<void(TrainingContext &)> trainBegin, trainEnd;
  std::function<void(TrainingContext &, int64_t batch)> trainBatchBegin;
  std::function<void(TrainingContext &, int64_t batch, const Logs &logs)> trainBatchEnd;

  void onTrainBegin(TrainingContext &) override;
  void onTrainEnd(TrainingContext &, const Logs &) override;
  void onEpochBegin(TrainingContext &, int epoch) override;
  void onEpochEnd(TrainingContext &, int epoch, Logs &logs) override;
  void onTrainBatchBegin(TrainingContext &, int64_t batch) override;
  void onTrainBatchEnd(TrainingContext &, int64_t batch, const Logs &logs) override;
  bool wantsBatchLogs() const override { return static_cast<bool>(trainBatchEnd); }
};

} // namespace tenon
#endif // TENON_CALLBACKS_H
