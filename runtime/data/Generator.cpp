// SPDX-License-Identifier: Apache-2.0
#include <tenon/samples.h>

#include <tenon/error.h>

namespace tenon::data {
namespace {
class BatchFunction : public Generator {
public:
  using Make = std::function<std::optional<Dataset>(int64_t, int64_t)>;
  BatchFunction(Make make, const GeneratorOptions &options) : make_(std::move(make)), options_(options) {}
  int64_t batchCount() const override { return options_.batches; }
  bool ahead() const override { return options_.ahead; }
  NextBatch begin(int64_t pass, int64_t first) const override {
    return [make = make_, pass, batch = first]() mutable { return make(pass, batch++); };
  }

private:
  Make make_;
  GeneratorOptions options_;
};

class BatchStream : public Generator {
public:
  using Begin = std::function<NextBatch(int64_t)>;
  BatchStream(Begin begin, const GeneratorOptions &options) : begin_(std::move(begin)), options_(options) {}
  int64_t batchCount() const override { return options_.batches; }
  bool ahead() const override { return options_.ahead; }
  NextBatch begin(int64_t pass, int64_t first) const override {
    NextBatch next = begin_(pass);
    for (int64_t batch = 0; batch < first; ++batch)
      if (!next())
        return [] { return std::nullopt; };
    return next;
  }

private:
  Begin begin_;
  GeneratorOptions options_;
};

void check(const GeneratorOptions &options) {
  if (options.batches == 0 || options.batches < -1)
    throw Error("generator: expected batches of at least 1, or -1 when their number is not known, received " +
                    std::to_string(options.batches),
                Fault::Usage);
}
} // namespace

Dataset fromBatches(std::function<std::optional<Dataset>(int64_t, int64_t)> make, const GeneratorOptions &options) {
  check(options);
  return Dataset(std::shared_ptr<const Generator>(std::make_shared<BatchFunction>(std::move(make), options)));
}

Dataset fromGenerator(std::function<NextBatch(int64_t)> begin, const GeneratorOptions &options) {
  check(options);
  return Dataset(std::shared_ptr<const Generator>(std::make_shared<BatchStream>(std::move(begin), options)));
}

} // namespace tenon::data
