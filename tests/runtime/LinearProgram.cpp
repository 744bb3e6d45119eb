// SPDX-License-Identifier: Apache-2.0
#include "tests/runtime/LinearProgram.h"

#include <cstring>

namespace tenon::test {
int outputOverrun = 0, arenaOverrun = 0, prepareCount = 0;

namespace {
using namespace schema;

enum Variable { Kernel, Bias, LearningRate, Iteration, LossSum, Count, Doubled };

struct Call {
  const tenon_call &call;
  template <typename T = float> T *variable(Variable index) const { return static_cast<T *>(call.variables[index]); }
  const float *input(int index) const { return static_cast<const float *>(call.inputs[index]); }
  int64_t batch() const { return call.symbols[0]; }
};

void predictTask(void *frame, int64_t row) {
  Call call{*static_cast<const tenon_call *>(frame)};
  const float *x = call.input(0) + 3 * row, *doubled = call.variable(Doubled);
  float *scratch = static_cast<float *>(call.call.arena) + row;
  *scratch = x[0] * doubled[0] + x[1] * doubled[1] + x[2] * doubled[2];
  static_cast<float *>(call.call.outputs[0])[row] = *scratch / 2 + call.variable(Bias)[0];
}

int64_t predictPlan(const int64_t *symbols, int64_t *dims) {
  if (symbols[0] > 1'000'000)
    return -1;
  if (dims) {
    dims[0] = symbols[0];
    dims[1] = 1;
  }
  return symbols[0] * 4;
}

void predict(const tenon_call *call) {
  int64_t batch = call->symbols[0];
  if (call->threads)
    call->threads->parallel_for(call->threads->pool, predictTask, const_cast<tenon_call *>(call), batch);
  else
    for (int64_t i = 0; i < batch; ++i)
      predictTask(const_cast<tenon_call *>(call), i);
  std::memset(static_cast<float *>(call->outputs[0]) + batch, 1, size_t(outputOverrun));
  std::memset(static_cast<float *>(call->arena) + batch, 1, size_t(arenaOverrun));
}

int64_t planNothing(const int64_t *, int64_t *) { return 0; }

void prepare(const tenon_call *c) {
  Call call{*c};
  for (int i = 0; i < 3; ++i)
    call.variable(Doubled)[i] = 2 * call.variable(Kernel)[i];
  ++prepareCount;
}

/// Adds the batch's loss to the metrics; with `train` also takes a step of gradient descent.
void step(const tenon_call *c, bool train) {
  Call call{*c};
  const float *x = call.input(0), *target = call.input(1), *weight = call.input(2);
  float *kernel = call.variable(Kernel), *bias = call.variable(Bias), gradient[4] = {};
  int64_t batch = call.batch();
  for (int64_t i = 0; i < batch; ++i) {
    const float *row = x + 3 * i;
    float error = row[0] * kernel[0] + row[1] * kernel[1] + row[2] * kernel[2] + bias[0] - target[i];
    call.variable(LossSum)[0] += weight[i] * error * error;
    call.variable(Count)[0] += weight[i];
    for (int j = 0; j < 4; ++j)
      gradient[j] += weight[i] * 2 * error * (j < 3 ? row[j] : 1) / static_cast<float>(batch);
  }
  if (!train)
    return;
  for (int j = 0; j < 3; ++j)
    kernel[j] -= call.variable(LearningRate)[0] * gradient[j];
  bias[0] -= call.variable(LearningRate)[0] * gradient[3];
  ++call.variable<int64_t>(Iteration)[0];
}

void trainStep(const tenon_call *call) { step(call, true); }
void evaluateStep(const tenon_call *call) { step(call, false); }

void resetMetrics(const tenon_call *c) {
  Call call{*c};
  call.variable(LossSum)[0] = call.variable(Count)[0] = 0;
}

void readMetrics(const tenon_call *c) {
  Call call{*c};
  *static_cast<float *>(c->outputs[0]) = call.variable(LossSum)[0] / call.variable(Count)[0];
}

TensorSpecT spec(const char *name, std::vector<int64_t> dims, schema::DType dtype = schema::DType::F32) {
  TensorSpecT result;
  result.name = name;
  result.dtype = dtype;
  for (int64_t size : dims) {
    result.dims.push_back(std::make_unique<DimT>());
    result.dims.back()->size = size;
    result.dims.back()->symbol = size < 0 ? 0 : -1;
  }
  return result;
}

std::unique_ptr<TensorSpecT> own(TensorSpecT value) { return std::make_unique<TensorSpecT>(std::move(value)); }

void add(ManifestT &manifest, TensorSpecT value, Kind kind, bool isMutable, int64_t offset) {
  auto variable = std::make_unique<VariableT>();
  variable->spec = own(std::move(value));
  variable->kind = kind;
  variable->trainable = kind == Kind::Weight;
  variable->mutable_ = isMutable;
  variable->offset = offset;
  manifest.variables.push_back(std::move(variable));
}

EntryT &addEntry(ManifestT &manifest, const char *name) {
  manifest.entries.push_back(std::make_unique<EntryT>());
  manifest.entries.back()->name = name;
  return *manifest.entries.back();
}

ManifestT makeManifest() {
  ManifestT manifest;
  manifest.abi = TENON_ABI_VERSION;
  manifest.producer = "a test";
  manifest.model = "linear";
  manifest.target = "x86-64";
  add(manifest, spec("linear/kernel", {3, 1}), Kind::Weight, true, 0);
  add(manifest, spec("linear/bias", {1}), Kind::Weight, true, 12);
  add(manifest, spec("optimizer/learning_rate", {}), Kind::Hyper, true, 16);
  add(manifest, spec("optimizer/iteration", {}, schema::DType::I64), Kind::Hyper, true, -1);
  add(manifest, spec("metrics/loss", {}), Kind::Metric, true, -1);
  add(manifest, spec("metrics/count", {}), Kind::Metric, true, -1);
  add(manifest, spec("linear/doubled", {3, 1}), Kind::Derived, true, -1);
  EntryT &predict = addEntry(manifest, "predict");
  predict.symbols = {"batch"};
  predict.checks = {"linear: expected at most 1000000 rows"};
  predict.inputs.push_back(own(spec("x", {-1, 3})));
  predict.outputs.push_back(own(spec("y", {-1, 1})));
  predict.outputs[0]->dims[0]->symbol = -1;
  predict.flops = "batch * (2 * 3 + 1)";
  addEntry(manifest, "prepare");
  for (auto name : {"train_step", "evaluate_step"}) {
    EntryT &entry = addEntry(manifest, name);
    entry.symbols = {"batch"};
    entry.inputs.push_back(own(spec("x", {-1, 3})));
    entry.inputs.push_back(own(spec("target:y", {-1, 1})));
    entry.inputs.push_back(own(spec("sample_weight:y", {-1})));
  }
  addEntry(manifest, "reset_metrics");
  addEntry(manifest, "read_metrics").outputs.push_back(own(spec("loss", {})));
  return manifest;
}
} // namespace

LinearProgram::LinearProgram(const std::function<void(ManifestT &)> &change) : weights(16) {
  std::memcpy(weights.data(), kWeights, sizeof kWeights);
  weights[4] = 0.05f;
  ManifestT content = makeManifest();
  if (change)
    change(content);
  flatbuffers::FlatBufferBuilder builder;
  builder.Finish(Manifest::Pack(builder, &content), ManifestIdentifier());
  manifest.assign(builder.GetBufferPointer(), builder.GetBufferPointer() + builder.GetSize());
  entries = {{"predict", predictPlan, predict},
             {"prepare", planNothing, prepare},
             {"train_step", planNothing, trainStep},
             {"evaluate_step", planNothing, evaluateStep},
             {"reset_metrics", planNothing, resetMetrics},
             {"read_metrics", planNothing, readMetrics}};
  table_ = {TENON_ABI_VERSION, uint32_t(entries.size()), entries.data(),    manifest.data(),
            manifest.size(),   weights.data(),           weights.size() * 4};
}

} // namespace tenon::test
