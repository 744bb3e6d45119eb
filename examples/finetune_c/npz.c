/* SPDX-License-Identifier: Apache-2.0 */
/* A .npz file is a zip archive with an .npy file for each array; the archive may store them as they are, uncompressed. */
#include "npz.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The archive's sizes and offsets have 32 bits, their number 16. */
static const int64_t archiveLimit = 0xffffffff, memberLimit = 0xffff;

typedef struct member {
  const tenon_variable *variable;
  const void *data;
  char header[256]; /* of the .npy file */
  uint32_t headerBytes, crc, offset;
} member;

static uint32_t crc32(uint32_t crc, const void *data, int64_t bytes) {
  const unsigned char *byte = data;
  crc = ~crc;
  for (int64_t i = 0; i < bytes; ++i) {
    crc ^= byte[i];
    for (int bit = 0; bit < 8; ++bit)
      crc = crc >> 1 ^ (0xedb88320u & (0u - (crc & 1)));
  }
  return ~crc;
}

/* Magic, version 1.0, the length of what follows, a Python dictionary; all a multiple of 64 bytes. */
static void makeHeader(member *m) {
  static const char *const types[] = {"<f4", "<i4", "<i8", "|i1"}; /* by tenon_dtype */
  const tenon_variable *v = m->variable;
  char shape[200] = "";
  for (int axis = 0; axis < v->rank; ++axis)
    sprintf(shape + strlen(shape), "%lld,%s", (long long)v->dims[axis], axis + 1 < v->rank ? " " : "");
  if (v->rank > 1) /* (2, 3) but (2,) */
    shape[strlen(shape) - 1] = 0;
  int length = sprintf(m->header + 10, "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }", types[v->dtype], shape);
  const int total = (10 + length + 1 + 63) / 64 * 64;
  memset(m->header + 10 + length, ' ', (size_t)(total - 10 - length));
  m->header[total - 1] = '\n';
  memcpy(m->header, "\x93NUMPY\x01\x00", 8);
  m->header[8] = (char)((total - 10) & 255);
  m->header[9] = (char)((total - 10) >> 8);
  m->headerBytes = (uint32_t)total;
  m->crc = crc32(crc32(0, m->header, total), m->data, v->bytes);
}

/* Little-endian, whatever the machine is. */
static void put(FILE *file, uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    putc((int)(value >> 8 * i & 255), file);
}

/* What a member's own header and its entry in the directory at the end have in common. */
static void putDescription(FILE *file, const member *m) {
  const uint32_t bytes = m->headerBytes + (uint32_t)m->variable->bytes;
  put(file, 20, 2);                                      /* version 2.0 reads it */
  put(file, 0, 2);                                       /* no flags */
  put(file, 0, 2);                                       /* stored */
  put(file, 0x00210000, 4);                              /* 1 January 1980: equal weights are equal files */
  put(file, m->crc, 4);
  put(file, bytes, 4);
  put(file, bytes, 4);
  put(file, (uint32_t)strlen(m->variable->name) + 4, 2); /* with ".npy" */
  put(file, 0, 2);                                       /* nothing extra */
}

static void putArchive(FILE *file, member *members, int count) {
  uint32_t offset = 0, directory = 0;
  for (int i = 0; i < count; ++i) {
    member *m = &members[i];
    m->offset = offset;
    put(file, 0x04034b50, 4);
    putDescription(file, m);
    fprintf(file, "%s.npy", m->variable->name);
    fwrite(m->header, 1, m->headerBytes, file);
    fwrite(m->data, 1, (size_t)m->variable->bytes, file);
    offset += 30 + (uint32_t)strlen(m->variable->name) + 4 + m->headerBytes + (uint32_t)m->variable->bytes;
  }
  for (int i = 0; i < count; ++i) {
    const member *m = &members[i];
    put(file, 0x02014b50, 4);
    put(file, 20, 2); /* written by version 2.0 */
    putDescription(file, m);
    put(file, 0, 2); /* no comment */
    put(file, 0, 2); /* the first disk */
    put(file, 0, 2); /* no attributes */
    put(file, 0, 4);
    put(file, m->offset, 4);
    fprintf(file, "%s.npy", m->variable->name);
    directory += 46 + (uint32_t)strlen(m->variable->name) + 4;
  }
  put(file, 0x06054b50, 4);
  put(file, 0, 4); /* one disk */
  put(file, (uint32_t)count, 2);
  put(file, (uint32_t)count, 2);
  put(file, directory, 4);
  put(file, offset, 4);
  put(file, 0, 2); /* no comment */
}

/* Beside the file and then in its place, so that no half a file is ever under its name. */
static const char *writeFile(const char *path, member *members, int count) {
  char *temporary = malloc(strlen(path) + 5);
  if (!temporary)
    return "out of memory";
  sprintf(temporary, "%s.new", path);
  errno = 0;
  const char *problem = NULL;
  FILE *file = fopen(temporary, "wb");
  if (file) {
    putArchive(file, members, count);
    const int bad = ferror(file);
    if (fclose(file) || bad || rename(temporary, path))
      problem = errno ? strerror(errno) : "cannot be written";
    if (problem)
      remove(temporary);
  } else {
    problem = strerror(errno);
  }
  free(temporary);
  return problem;
}

const char *writeWeights(const char *path, const tenon_variable *variables, void *const *at, int count) {
  member *members = calloc((size_t)count, sizeof *members);
  if (!members)
    return "out of memory";
  int used = 0;
  int64_t total = 0;
  for (int i = 0; i < count; ++i) {
    if (variables[i].kind != TENON_WEIGHT && variables[i].kind != TENON_STATISTIC)
      continue;
    total += variables[i].bytes + 2 * (int64_t)strlen(variables[i].name) + 512;
    if (total > archiveLimit || used == memberLimit) {
      free(members);
      return "the weights are more than a plain .npz file holds";
    }
    members[used].variable = &variables[i];
    members[used].data = at[i];
    makeHeader(&members[used++]);
  }
  const char *problem = writeFile(path, members, used);
  free(members);
  return problem;
}
