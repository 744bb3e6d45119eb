// SPDX-License-Identifier: Apache-2.0
// A C++ program with a trained model linked in, which brings its own threads and predicts all images in one batch.
//
//   tenon compile digits.tenon -o digits --emit=object,header --tag=digits
//   c++ -std=c++20 -I. -I<prefix>/include main.cpp digits.o -pthread -o accuracy
//   zcat digits.csv.gz | ./accuracy [THREADS]
//
// Reads labelled images from standard input, one per line: 64 grey values and the class. Prints the accuracy.
#include "digits.h"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

namespace {
constexpr int64_t pixels = DIGITS_PREDICT_IMAGE_D1 * DIGITS_PREDICT_IMAGE_D2 * DIGITS_PREDICT_IMAGE_D3;
constexpr int64_t classes = DIGITS_PREDICT_DENSE_D1;

struct Samples {
  std::vector<float> images;
  std::vector<int> labels;
};

Samples readSamples(std::istream &in) {
  Samples samples;
  for (std::string line; std::getline(in, line);) {
    std::replace(line.begin(), line.end(), ',', ' ');
    std::istringstream numbers(line);
    float value = 0;
    for (int64_t pixel = 0; pixel < pixels && numbers >> value; ++pixel)
      samples.images.push_back(value);
    int label = 0;
    if (!(numbers >> label))
      throw std::runtime_error("line " + std::to_string(samples.labels.size() + 1) +
                               ": expected 64 values and a class");
    samples.labels.push_back(label);
  }
  return samples;
}

/// The parallel_for a program is handed: tasks are independent, so any distribution is right.
void parallelFor(void *pool, tenon_task task, void *frame, int64_t count) {
  std::atomic<int64_t> next{0};
  auto work = [&] {
    for (int64_t index; (index = next++) < count;)
      task(frame, index);
  };
  std::vector<std::jthread> workers(static_cast<size_t>(*static_cast<int *>(pool) - 1));
  for (std::jthread &worker : workers)
    worker = std::jthread(work);
  work();
}
} // namespace

int main(int argc, char **argv) {
  try {
    int threadCount = argc > 1 ? std::max(1, std::atoi(argv[1])) : 2;
    const tenon_threads threads{&threadCount, parallelFor};
    const Samples samples = readSamples(std::cin);
    const auto batch = static_cast<int64_t>(samples.labels.size());

    std::vector<float> probabilities(static_cast<size_t>(batch * classes));
    digits::Model model; // owns the workspace
    model.predict(samples.images, probabilities, batch, &threads);

    int64_t right = 0;
    for (int64_t sample = 0; sample < batch; ++sample) {
      const float *row = probabilities.data() + sample * classes;
      right += std::max_element(row, row + classes) - row == samples.labels[static_cast<size_t>(sample)];
    }
    std::cout << right << " of " << batch << " right\n";
    return 0;
  } catch (const std::exception &error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
