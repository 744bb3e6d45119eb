// SPDX-License-Identifier: Apache-2.0
#include "runtime/File.h"
#include "runtime/callbacks/Folder.h"

#include <tenon/callbacks.h>
#include <tenon/container.h>
#include <tenon/error.h>

#include <csignal>
#include <future>

namespace tenon {
namespace {
constexpr const char *kCurrent = "state.tenon", *kPrevious = "state.previous.tenon", *kNext = "state.next.tenon";

void say(const std::string &text) { std::fprintf(stderr, "BackupAndRestore: %s\n", text.c_str()); }
} // namespace

/// The states on the disk, and the one that is being written.
struct BackupAndRestore::Folder {
  callbacks::LockedFolder folder;
  bool keepsPrevious;
  State state;                      // as it was captured last; its memory serves the next time
  std::future<std::string> writing; // of it: what went wrong, "" when nothing did

  Folder(const std::string &path, bool keepsPrevious) : folder(path), keepsPrevious(keepsPrevious) {
    for (const char *name : {kNext, kPrevious})
      folder.removeTemporaries(name);
    folder.remove(kNext); // complete, but it never got its place
  }
  ~Folder() { wait(); }

  std::optional<ResumableState> read() {
    std::string damage;
    for (const char *name : {kCurrent, kPrevious}) {
      if (!folder.has(name))
        continue;
      try {
        State found = State::fromContainer(Container::read(folder.file(name)));
        if (!damage.empty())
          say(damage + "; going on from the state before, " + name);
        if (name != kCurrent) // the next one to be written must not push it out
          folder.rename(name, kCurrent);
        return ResumableState{std::move(found), folder.file(kCurrent)};
      } catch (const Error &error) {
        damage += (damage.empty() ? "" : "; ") + std::string(error.what());
      }
    }
    if (!damage.empty())
      throw Error(damage + "; no state in that folder is whole, remove it to begin anew");
    return std::nullopt;
  }

  void write(const TrainingContext &context) {
    wait();
    state = context.capture(state);
    replace();
  }
  /// The same beside the training.
  void writeBeside(const TrainingContext &context) {
    wait();
    state = context.capture(state);
    writing = std::async(std::launch::async, [this]() -> std::string {
      try {
        replace();
        return "";
      } catch (const std::exception &error) {
        return error.what();
      }
    });
  }
  void wait() {
    if (!writing.valid())
      return;
    if (std::string problem = writing.get(); !problem.empty())
      say(problem + "; training goes on, the last state stays");
  }
  void clear() {
    wait();
    for (const char *name : {kCurrent, kPrevious, kNext})
      folder.remove(name);
    folder.removeIfEmpty();
  }

private:
  void replace() {
    state.toContainer().write(folder.file(kNext));
    if (keepsPrevious && folder.has(kCurrent))
      folder.link(kCurrent, kPrevious);
    folder.rename(kNext, kCurrent);
  }
};

BackupAndRestore::BackupAndRestore(std::string backupDir, BackupAndRestoreOptions options)
    : backupDir_(std::move(backupDir)), options_(std::move(options)), timer_(options_.saveFreq) {
  if (backupDir_.empty())
    throw Error("BackupAndRestore: backupDir is empty", Fault::Usage);
}

std::optional<ResumableState> BackupAndRestore::resume(TrainingContext &) {
  folder_ = nullptr; // of a training before that was left by an Error
  folder_ = std::make_shared<Folder>(backupDir_, options_.doubleCheckpoint);
  return folder_->read();
}

void BackupAndRestore::keep(const TrainingContext &context, const std::string &backupDir) {
  Folder(backupDir, /*keepsPrevious=*/false).write(context);
}

void BackupAndRestore::onTrainBegin(TrainingContext &) { timer_ = SaveTimer(options_.saveFreq); }
void BackupAndRestore::onTrainResume(TrainingContext &, const State &state) { timer_.resume(state); }

bool BackupAndRestore::isDue(const TrainingContext &context, SafePoint point) {
  if (point == SafePoint::Batch)
    return timer_.isDue(context.batch);
  // The last state is kept whenever it stays.
  const bool last = context.epoch == context.epochs || context.stopTraining;
  return options_.saveFreq.isEpoch() || (last && !options_.deleteCheckpoint) || timer_.timeIsUp();
}

void BackupAndRestore::onSafePoint(TrainingContext &context, SafePoint point) {
  switch (point) {
  case SafePoint::Begin: // what cannot be written is known before any work is done
    folder_->write(context);
    break;
  case SafePoint::Signal:
    folder_->write(context);
    say(std::string(context.signal == SIGINT ? "Ctrl-C" : "SIGTERM") + ": the training is kept in " +
        backupDir_ + " as it is after epoch " + std::to_string(context.epoch) + " and " +
        std::to_string(context.batch) + " batches");
    break;
  case SafePoint::Batch:
  case SafePoint::Epoch:
    if (!isDue(context, point))
      return;
    folder_->writeBeside(context);
  }
  timer_.saved();
}

void BackupAndRestore::onTrainEnd(TrainingContext &context, const Logs &) {
  if (options_.deleteCheckpoint && !context.signal)
    folder_->clear();
  folder_ = nullptr;
}

} // namespace tenon
