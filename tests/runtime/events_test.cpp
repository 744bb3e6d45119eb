// SPDX-License-Identifier: Apache-2.0
// Files of events, byte for byte, read back by a reader of the tests' own.
#include "tests/runtime/Events.h"
#include "tests/runtime/Helpers.h"
#include "tests/runtime/LinearProgram.h"
#include "tests/runtime/Samples.h"

#include "runtime/events/Histogram.h"
#include "runtime/events/Png.h"
#include "runtime/events/Protobuf.h"
#include "runtime/events/Record.h"
#include "runtime/events/WeightPictures.h"

#include <tenon/events.h>
#include <tenon/images.h>
#include <tenon/trainer.h>
#include <tenon/training_events.h>

#include <gmock/gmock.h>
#include <zlib.h>

#include <cmath>
#include <csignal>
#include <sys/resource.h>

using namespace tenon;
using test::errorOf;
using test::Event;
using test::EventValue;
using test::readFile;
using test::samples;
using test::writeFile;
using testing::HasSubstr;

namespace {
struct EventsTest : testing::Test {
  test::TemporaryFolder folder;
  const std::string path = folder.file("logs/train/events.out.tfevents.1");

  /// The value that the file's second record holds.
  EventValue written(const Summary &summary) {
    EventFile(path).write(3, summary);
    std::vector<Event> events = test::readEvents(path);
    EXPECT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].version, "brain.Event:2");
    EXPECT_EQ(events[1].step, 3);
    return events[1].values.at(0);
  }
};

std::vector<double> countsOf(const std::vector<events::Bucket> &buckets) {
  std::vector<double> counts;
  for (const events::Bucket &bucket : buckets)
    counts.push_back(bucket[2]);
  return counts;
}

std::string hex(const std::string &bytes) {
  std::string text;
  for (unsigned char c : bytes) {
    char digits[3];
    std::snprintf(digits, sizeof digits, "%02x", c);
    text += digits;
  }
  return text;
}
} // namespace

TEST(Records, HaveTensorBoardsChecksum) {
  // TensorBoard's own vector, data/server/masked_crc.rs.
  EXPECT_EQ(events::maskedCrc("\x1a\x11"
                              "CRC test, one two"),
            0x5794d08au);
  const std::string record = events::record("abc");
  EXPECT_EQ(record.size(), 8u + 4 + 3 + 4);
  EXPECT_EQ(hex(record.substr(0, 8)), "0300000000000000");
}

TEST(Messages, AreProtobuf) {
  // The examples of protobuf's page on encodings.
  EXPECT_EQ(hex(events::Message().integer(1, 150).data()), "089601");
  EXPECT_EQ(hex(events::Message().bytes(2, "testing").data()), "120774657374696e67");
  EXPECT_EQ(hex(events::Message().message(3, events::Message().integer(1, 150)).data()), "1a03089601");
  EXPECT_EQ(hex(events::Message().integer(1, -2).data()), "08feffffffffffffffff01");
  EXPECT_EQ(hex(events::Message().number(1, 1).data()), "09000000000000f03f");
  EXPECT_EQ(hex(events::Message().floats(5, {1, 2}).data()), "2a080000803f00000040");
}

TEST_F(EventsTest, ScalarsAreFloats) {
  Summary summary;
  summary.scalar("epoch_loss", 0.25);
  EventValue value = written(summary);
  EXPECT_EQ(value.tag, "epoch_loss");
  EXPECT_EQ(value.plugin, "scalars");
  EXPECT_EQ(value.dataClass, 1);
  EXPECT_EQ(value.dtype, 1);
  EXPECT_TRUE(value.shape.empty());
  EXPECT_EQ(value.numbers, std::vector<double>{0.25});
}

TEST_F(EventsTest, HistogramsAreThirtyBuckets) {
  Summary summary;
  summary.histogram("w", Array(std::vector<float>{0, 1, 1.5, 30, NAN, INFINITY}, {2, 3}));
  EventValue value = written(summary);
  EXPECT_EQ(value.plugin, "histograms");
  EXPECT_EQ(value.dtype, 2);
  EXPECT_EQ(value.shape, (std::vector<int64_t>{30, 3}));
  ASSERT_EQ(value.numbers.size(), 90u);
  for (size_t i = 0; i < 30; ++i) {
    EXPECT_EQ(value.numbers[3 * i], double(i));
    EXPECT_EQ(value.numbers[3 * i + 1], double(i + 1));
    EXPECT_EQ(value.numbers[3 * i + 2], i == 0 ? 1 : i == 1 ? 2 : i == 29 ? 1 : 0) << i;
  }
}

TEST(Histograms, OfEqualNumbersAndOfNone) {
  auto equal = events::histogram(Array(std::vector<float>{2, 2, 2}, {3}));
  EXPECT_EQ(equal.front(), (events::Bucket{2, 2, 0}));
  EXPECT_EQ(equal.back(), (events::Bucket{2, 2, 3}));
  for (const Array &none : {Array({0}, DType::F32), Array(std::vector<float>{NAN}, {1})})
    EXPECT_EQ(events::histogram(none), std::vector<events::Bucket>(30, events::Bucket{}));
}

TEST(Histograms, LeaveNoNumberOut) {
  std::vector<float> numbers;
  for (int i = 0; i < 1000; ++i)
    numbers.push_back(std::sin(float(i)) * 1e-3f);
  double total = 0;
  for (double count : countsOf(events::histogram(Array(numbers, {1000}))))
    total += count;
  EXPECT_EQ(total, 1000);
}

TEST_F(EventsTest, ImagesAreStretchedPngs) {
  Summary summary;
  summary.images("kernel", Array(std::vector<float>{-1, 0, 0.5, 1, 0, -0.25}, {1, 2, 3, 1}));
  EventValue value = written(summary);
  EXPECT_EQ(value.plugin, "images");
  EXPECT_EQ(value.dataClass, 3);
  EXPECT_EQ(value.dtype, 7);
  EXPECT_EQ(value.shape, std::vector<int64_t>{3});
  ASSERT_EQ(value.strings.size(), 3u);
  EXPECT_EQ(value.strings[0] + "x" + value.strings[1], "3x2") << "width, then height";
  writeFile(folder.file("kernel.png"), value.strings[2]);
  Array pixels = data::loadImage(folder.file("kernel.png"), 1);
  EXPECT_EQ(pixels.shape(), (Shape{2, 3, 1}));
  const int expected[] = {0, 127, 191, 254, 127, 95};
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(pixels.at(i), expected[i]) << i;
}

TEST_F(EventsTest, OfManyImagesThreeAreKept) {
  Summary summary;
  summary.images("kernels", Array({5, 4, 2, 3}, DType::F32));
  EXPECT_EQ(written(summary).strings.size(), 2u + 3);
  EXPECT_EQ(errorOf([&] { summary.images("a", Array({4, 2, 3}, DType::F32)); }),
            "Summary::images: a: expected shape (count, height, width, 1, 3 or 4), received (4, 2, 3)");
}

TEST(WeightPictures, AreLaidOutAsInKeras) {
  auto shapeOf = [](Shape shape) {
    auto pictures = events::weightPictures(Array(std::move(shape), DType::F32));
    return pictures ? pictures->shape() : Shape{};
  };
  EXPECT_EQ(shapeOf({5}), (Shape{1, 5, 1, 1}));
  EXPECT_EQ(shapeOf({2, 5}), (Shape{1, 2, 5, 1}));
  EXPECT_EQ(shapeOf({5, 2}), (Shape{1, 2, 5, 1}));
  EXPECT_EQ(shapeOf({3, 3, 1, 8}), (Shape{8, 3, 3, 1}));
  EXPECT_EQ(shapeOf({3, 2, 5, 4}), (Shape{3, 2, 5, 4}));
  EXPECT_EQ(shapeOf({3, 3, 8, 16}), Shape{});
  EXPECT_EQ(shapeOf({}), Shape{});
  Array turned = *events::weightPictures(Array(std::vector<float>{1, 2, 3, 4, 5, 6}, {3, 2}));
  EXPECT_EQ(turned.at(1), 3);
}

TEST_F(EventsTest, TextAndModelsAreStrings) {
  Summary text, model;
  text.text("note", "**bold**");
  EventValue value = written(text);
  EXPECT_EQ(value.plugin, "text");
  EXPECT_EQ(value.strings, std::vector<std::string>{"**bold**"});
  std::filesystem::remove(path);
  model.model("keras", "{}");
  value = written(model);
  EXPECT_EQ(value.plugin, "graph_keras_model");
  EXPECT_EQ(value.content, "1");
  EXPECT_TRUE(value.shape.empty());
}

TEST_F(EventsTest, GraphsAreGraphDefs) {
  EventFile(path).write({{"x", "Input", {}, {}, {{-1, 3}}}, {"a/b", "Dense", {"x"}, {{"layers", "a, b"}}}});
  const std::string graph = test::readEvents(path).at(1).graph;
  std::vector<test::Field> nodes = test::fieldsOf(graph);
  ASSERT_EQ(nodes.size(), 2u);
  EXPECT_EQ(test::bytesOf(nodes[0].bytes, 1), "x");
  EXPECT_EQ(test::bytesOf(test::bytesOf(nodes[0].bytes, 5), 1), "_output_shapes");
  EXPECT_EQ(test::bytesOf(nodes[1].bytes, 1), "a/b");
  EXPECT_EQ(test::bytesOf(nodes[1].bytes, 2), "Dense");
  EXPECT_EQ(test::bytesOf(nodes[1].bytes, 3), "x");
  EXPECT_EQ(test::bytesOf(test::bytesOf(test::bytesOf(nodes[1].bytes, 5), 2), 2), "a, b");
}

TEST_F(EventsTest, AFileGoesOnWhereItWas) {
  Summary summary;
  summary.scalar("loss", 1);
  int64_t size;
  {
    EventFile file(path);
    file.write(1, summary);
    size = file.size();
    file.write(2, summary);
  }
  writeFile(path, readFile(path) + "half a rec"); // what a killed process may leave
  EventFile file(path, size);
  EXPECT_EQ(test::readEvents(path).size(), 2u);
  file.write(3, summary);
  EXPECT_EQ(test::readEvents(path).back().step, 3);
  EXPECT_EQ(file.size(), int64_t(readFile(path).size()));
}

TEST_F(EventsTest, AFileThatHadNotBegunIsRemoved) {
  Summary summary;
  summary.scalar("loss", 1);
  EventFile(path).write(1, summary);
  EventFile file(path, 0);
  EXPECT_FALSE(std::filesystem::exists(path));
  file.write(4, summary);
  EXPECT_EQ(test::readEvents(path).size(), 2u);
}

TEST_F(EventsTest, ErrorsNameTheFile) {
  writeFile(folder.file("logs"), "a file");
  Summary summary;
  summary.scalar("loss", 1);
  EXPECT_THAT(errorOf([&] { EventFile(path).write(1, summary); }), HasSubstr("/logs/train: cannot be made: "));
  writeFile(folder.file("short"), "short");
  EXPECT_EQ(errorOf([&] { EventFile file(folder.file("short"), 100); }),
            folder.file("short") + ": is shorter than it was when the training was captured (100 bytes)");
}

TEST_F(EventsTest, AFullDiskLeavesWholeRecords) {
  Summary summary;
  summary.text("note", std::string(300, 'x'));
  EventFile file(path);
  file.write(1, summary);
  rlimit before, small;
  getrlimit(RLIMIT_FSIZE, &before);
  small = before;
  small.rlim_cur = rlim_t(file.size()) + 100;
  auto previousHandler = std::signal(SIGXFSZ, SIG_IGN);
  setrlimit(RLIMIT_FSIZE, &small);
  std::string error = errorOf([&] { file.write(2, summary); });
  setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, previousHandler);
  EXPECT_THAT(error, HasSubstr(path + ": cannot be written: "));
  EXPECT_EQ(test::readEvents(path).size(), 2u);
  file.write(2, summary);
  EXPECT_EQ(test::readEvents(path).size(), 3u);
}

TEST_F(EventsTest, AnEvaluationHasAFileOfItsOwn) {
  test::LinearProgram linear;
  Session session(Program::wrap(linear.table()), {.threads = 1});
  evaluate(session, samples(10), {.verbose = 0, .callbacks = {TrainingEvents({.logDir = folder.file("logs")})}});
  auto runs = test::readRuns(folder.file("logs"));
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs.at("validation").at(1).values.at(0).tag, "evaluation_loss_vs_iterations");
}

TEST_F(EventsTest, AFileIsReadableWhileTraining) {
  test::LinearProgram linear;
  Session session(Program::wrap(linear.table()), {.threads = 1});
  auto look = std::make_shared<LambdaCallback>();
  std::vector<size_t> counts;
  look->trainBatchEnd = [&](TrainingContext &, int64_t, const Logs &) {
    counts.push_back(test::readRuns(folder.file("logs"))["train"].size());
  };
  FitOptions options{.batchSize = 5,
                     .verbose = 0,
                     .callbacks = {TrainingEvents({.logDir = folder.file("logs"), .updateFreq = "batch"}), look}};
  Trainer(session, samples(20), options).run();
  EXPECT_EQ(counts, (std::vector<size_t>{2, 3, 4, 5})) << "the version, and a record a batch";
}

TEST(UpdateFrequency, IsEpochOrBatches) {
  EXPECT_EQ(UpdateFrequency("epoch").batches(), 0);
  EXPECT_EQ(UpdateFrequency("batch").batches(), 1);
  EXPECT_EQ(UpdateFrequency("50").batches(), 50);
  EXPECT_EQ(UpdateFrequency(7).batches(), 7);
  EXPECT_FALSE(UpdateFrequency("epoch").isDue(1));
  EXPECT_TRUE(UpdateFrequency(7).isDue(14));
  for (auto text : {"", "0", "-1", "2.5", "3 ", "never"})
    EXPECT_THAT(errorOf([&] { UpdateFrequency frequency(text); }), HasSubstr("updateFreq: expected")) << text;
}
