// SPDX-License-Identifier: Apache-2.0
// The machine description and the prices made of it.
#include "ir/target/CostModel.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/LogicalResult.h"
#include <gmock/gmock.h>

using namespace tenon::ir;

namespace {
Machine machine(const char *name) {
  std::string message;
  auto result = Machine::named(name, message);
  EXPECT_TRUE(llvm::succeeded(result)) << message;
  return *result;
}

TEST(MachineTest, KnowsTheWidths) {
  EXPECT_EQ(machine("x86-64-v3").lanes, 8);
  EXPECT_EQ(machine("x86-64-v3").registers, 16);
  EXPECT_EQ(machine("x86-64-v4").lanes, 16);
  EXPECT_EQ(machine("x86-64-v4").registers, 32);
  EXPECT_THAT(machine("x86-64-v4").required, testing::Contains("avx512f"));
  EXPECT_EQ(machine("aarch64").lanes, 4);
  EXPECT_EQ(machine("aarch64").registers, 32);
  EXPECT_GT(Machine::host().peakFlops(), 0);
}

// Code that uses a feature nobody checks ends in an illegal instruction instead of a message.
TEST(MachineTest, EveryFeatureTheCodeMayUseIsCheckedAtStart) {
  for (const char *name : {"host", "x86-64-v2", "x86-64-v3", "x86-64-v4", "znver4", "skylake"}) {
    Machine target = machine(name);
    llvm::SmallVector<llvm::StringRef> features;
    llvm::StringRef(target.features).split(features, ',');
    for (llvm::StringRef feature : features)
      if (feature.consume_front("+") && !llvm::StringSet<>{"64bit", "cmov", "cx8", "f16c", "fxsr", "mmx", "sse", "sse2", "x87"}.contains(feature))
        EXPECT_THAT(target.required, testing::Contains(feature.str())) << name;
  }
  EXPECT_THAT(machine("x86-64-v2").required, testing::Contains("sse4.2"));
}

TEST(MachineTest, RefusesAnUnknownName) {
  std::string message;
  EXPECT_TRUE(llvm::failed(Machine::named("vax-11", message)));
  EXPECT_THAT(message, testing::HasSubstr("vax-11"));
}

TEST(CostModel, TilesFitTheRegisters) {
  for (const char *name : {"x86-64-v3", "x86-64-v4", "aarch64"})
    for (int64_t columns : {1, 4, 8, 10, 16, 24, 32, 48, 64, 100, 512})
      for (int64_t rows : {1, 4, 16, 64, 49, 3136}) {
        Machine target = machine(name);
        for (Tile tile : {chooseTile(target, columns, rows), chooseFilterGradientTile(target, columns, rows)}) {
          SCOPED_TRACE(std::string(name) + " " + std::to_string(columns) + " columns, " + std::to_string(rows) +
                       " rows: " + std::to_string(tile.rows) + "x" + std::to_string(tile.columns));
          EXPECT_GE(tile.rows, 1);
          EXPECT_GE(tile.columns, target.lanes);
          EXPECT_EQ(tile.columns % target.lanes, 0);
          int64_t vectors = tile.columns / target.lanes;
          EXPECT_LE(tile.rows * vectors + vectors + 1, target.registers);
          EXPECT_LT(tile.columns - columns, std::max<int64_t>(columns, target.lanes)); // no vector of padding alone
        }
      }
}

TEST(CostModel, ATileDividesTheRowsOfABatch) {
  for (const char *name : {"x86-64-v3", "x86-64-v4"}) {
    EXPECT_EQ(32 % chooseTile(machine(name), 2048, 32).rows, 0) << name;
    EXPECT_EQ(16 % chooseTile(machine(name), 512, 16).rows, 0) << name << ", a block of a scan";
    EXPECT_GT(chooseTile(machine(name), 2048, 1).rows, 4) << name << ", any number of rows: as many as the registers hold";
  }
}

TEST(CostModel, AFilterGradientIsNotCopiedWhereItsPanelCanBeTheWholeResult) {
  EXPECT_EQ(chooseFilterGradientTile(machine("x86-64-v4"), 64, 64).columns, 64);
  EXPECT_EQ(chooseFilterGradientTile(machine("x86-64-v3"), 64, 64).columns, 16) << "the registers hold no more";
}

TEST(CostModel, MoreWorkCostsMore) {
  Machine target = machine("x86-64-v3");
  Tile tile = chooseTile(target, 64, 64);
  EXPECT_LT(contractionSeconds(target, tile, 64, 64, 64), contractionSeconds(target, tile, 128, 64, 64));
  EXPECT_LT(contractionSeconds(target, tile, 64, 64, 64), contractionSeconds(target, tile, 64, 64, 128));
  EXPECT_GE(contractionSeconds(target, tile, 6000, 64, 64), 2.0 * 6000 * 64 * 64 / target.peakFlops() * 0.999);
}
} // namespace
