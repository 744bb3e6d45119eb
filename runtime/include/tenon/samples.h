// SPDX-License-Identifier: Apache-2.0
#ifndef TENON_SAMPLES_H
#define TENON_SAMPLES_H

#include <tenon/data.h>

#include <functional>
#include <optional>
#include <span>

namespace tenon::data {

/// Samples that are made when they are needed: rows of files larger than memory, images to decode. Derive from it and
/// hand `Dataset(std::make_shared<Mine>(...))` to fit, evaluate or predict: workers then prepare batches ahead of the
/// training step, in the order that (seed, pass) gives, whatever their number and timing.
class Samples {
public:
  virtual ~Samples() = default;
  virtual int64_t size() const = 0;
  /// The samples at these indices, all from 0 to size() - 1, in this order, as arrays. What it gives depends on the
  /// indices alone; it is called by several threads at once.
  virtual Dataset gather(std::span<const int64_t> indices) const = 0;
  /// How many threads may prepare batches ahead; 0: gather in the training thread, when it is needed.
  virtual int workers() const { return 1; }
  /// The sample in errors: "sample 7", or with the file it comes from.
  virtual std::string nameOf(int64_t index) const { return "sample " + std::to_string(index); }
};

/// The next batch of a pass; nothing at its end.
using NextBatch = std::function<std::optional<Dataset>()>;

/// Batches in an order and of sizes of their own: fit does not shuffle them, and batchSize does not matter.
class Generator {
public:
  virtual ~Generator() = default;
  /// Batches in every pass; -1 when only its end tells.
  virtual int64_t batchCount() const { return -1; }
  /// The batches of pass number `pass` (0, 1, ...) from batch number `first` on: what a training that resumes asks for.
  virtual NextBatch begin(int64_t pass, int64_t first) const = 0;
  /// Whether a thread of its own asks for batches ahead of the training step; otherwise the training thread asks.
  virtual bool ahead() const { return false; }
};

struct GeneratorOptions {
  int64_t batches = -1; ///< in a pass; -1: until its end, an epoch without stepsPerEpoch ends there
  bool ahead = false;   ///< ask for batches from a thread of its own, ahead of the training step
};
/// Batch number `batch` of pass number `pass`, made by a function of the two: training resumes anywhere at no cost.
/// Nothing ends the pass.
Dataset fromBatches(std::function<std::optional<Dataset>(int64_t pass, int64_t batch)> make,
                    const GeneratorOptions &options = {});
/// A function that begins a pass and gives the function that gives its batches. Training that resumes in the middle of
/// a pass takes and drops the batches before.
Dataset fromGenerator(std::function<NextBatch(int64_t pass)> begin, const GeneratorOptions &options = {});

struct NpzColumns {
  std::vector<std::string> x = {"x"}; ///< one name, or several: the inputs are then fed by name
  std::vector<std::string> y = {"y"}; ///< the same for the targets; may be empty
  std::string sampleWeight = {};      ///< the name of the weights, if there are
  bool verify = true;                 ///< compare checksums first, which reads the file once
};
/// The samples of a .npz file (numpy.savez) that may be larger than memory: mapped, and read and converted row by row
/// when they are needed. An Error names the file and what it lacks.
Dataset fromNpz(const std::string &path, const NpzColumns &columns = {});
/// The same of one or two .npy files; y may be "".
Dataset fromNpy(const std::string &x, const std::string &y = {});

} // namespace tenon::data
#endif // TENON_SAMPLES_H
