// SPDX-License-Identifier: Apache-2.0
// The callbacks of `tenon train --callback`.
#include "tools/tenon/Settings.h"
#include "tools/tenon/TrainingFiles.h"
#include <tenon/model_callbacks.h>
#include <tenon/tensorboard.h>

namespace tenon::tools {
namespace {

struct CallbackRow {
  const char *name;
  CallbackHandle (*make)(Settings &);
};
// Keras's names and arguments.
const CallbackRow callbacks[] = {
    {"BackupAndRestore",
     [](Settings &s) -> CallbackHandle {
       std::string dir = s.required("backup_dir");
       return BackupAndRestore(dir, {.saveFreq = s.text("save_freq", "epoch"),
                                     .doubleCheckpoint = s.flag("double_checkpoint", true),
                                     .deleteCheckpoint = s.flag("delete_checkpoint", true)});
     }},
    {"CSVLogger",
     [](Settings &s) -> CallbackHandle {
       std::string file = s.required("filename"), separator = s.text("separator", ",");
       return CSVLogger(file, separator, s.flag("append", false));
     }},
    {"EarlyStopping",
     [](Settings &s) -> CallbackHandle {
       return EarlyStopping({.monitor = s.text("monitor", "val_loss"),
                             .minDelta = s.number("min_delta", 0),
                             .patience = s.integer("patience", 0),
                             .verbose = s.integer("verbose", 0),
                             .mode = s.text("mode", "auto"),
                             .baseline = s.optionalNumber("baseline"),
                             .restoreBestWeights = s.flag("restore_best_weights", false),
                             .startFromEpoch = s.integer("start_from_epoch", 0)});
     }},
    {"ModelCheckpoint",
     [](Settings &s) -> CallbackHandle {
       std::string path = s.required("filepath");
       return ModelCheckpoint(path, {.monitor = s.text("monitor", "val_loss"),
                                     .verbose = s.integer("verbose", 0),
                                     .saveBestOnly = s.flag("save_best_only", false),
                                     .saveWeightsOnly = s.flag("save_weights_only", false),
                                     .mode = s.text("mode", "auto"),
                                     .saveFreq = s.text("save_freq", "epoch"),
                                     .initialValueThreshold = s.optionalNumber("initial_value_threshold")});
     }},
    {"ReduceLROnPlateau",
     [](Settings &s) -> CallbackHandle {
       return ReduceLROnPlateau({.monitor = s.text("monitor", "val_loss"),
                                 .factor = s.number("factor", 0.1),
                                 .patience = s.integer("patience", 10),
                                 .verbose = s.integer("verbose", 0),
                                 .mode = s.text("mode", "auto"),
                                 .minDelta = s.number("min_delta", 1e-4),
                                 .cooldown = s.integer("cooldown", 0),
                                 .minLr = s.number("min_lr", 0)});
     }},
    {"TensorBoard",
     [](Settings &s) -> CallbackHandle {
       TensorBoardOptions options{.logDir = s.text("log_dir", "logs"),
                                  .histogramFreq = s.integer("histogram_freq", 0),
                                  .writeGraph = s.flag("write_graph", true),
                                  .writeImages = s.flag("write_images", false),
                                  .writeStepsPerSecond = s.flag("write_steps_per_second", false),
                                  .updateFreq = s.text("update_freq", "epoch"),
                                  .embeddingsFreq = s.integer("embeddings_freq", 0)};
       if (std::string metadata = s.text("embeddings_metadata", ""); !metadata.empty())
         options.embeddingsMetadata = metadata;
       options.writeActivations = s.flag("write_activations", false);
       options.writeGradients = s.flag("write_gradients", false);
       options.histogramSamples = s.integer("histogram_samples", options.histogramSamples);
       return TensorBoard(options);
     }},
    {"TerminateOnNaN", [](Settings &s) -> CallbackHandle { return TerminateOnNaN(s.flag("raise_error", false)); }},
};

} // namespace

std::vector<std::string> callbackNames() {
  std::vector<std::string> names;
  for (const CallbackRow &row : callbacks)
    names.push_back(row.name);
  return names;
}

CallbackHandle makeCallback(const std::string &text) {
  Settings settings("--callback", text);
  std::string known;
  for (const CallbackRow &row : callbacks) {
    known += (known.empty() ? "" : ", ") + std::string(row.name);
    if (settings.name() != row.name)
      continue;
    CallbackHandle callback = row.make(settings);
    settings.finish();
    return callback;
  }
  throw Error("--callback: there is no '" + settings.name() + "', there are " + known, Fault::Usage);
}

} // namespace tenon::tools
