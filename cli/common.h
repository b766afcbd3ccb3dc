/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows that the verbs of all programs share. A verb's settings contain a cli_common named `common`,
 * and its table names the rows that it wants, in the order of the help: CLI_ROW_OUTPUT(settings),
 * CLI_ROW_EPS(settings). */
#ifndef CLI_COMMON_H
#define CLI_COMMON_H

#include <sci/engine.h>
#include <sci/types.h>

#include "options.h"

typedef enum cli_dtype { CLI_DTYPE_F32, CLI_DTYPE_F64 } cli_dtype; /* if cli_given(call, "dtype") */

typedef struct cli_common {
    /* output */
    const char *output;
    bool force, no_sync, verify;
    /* batch */
    bool recursive, resume, glob, null_list;
    const char *manifest, *dataset;
    int64_t jobs;
    /* resources */
    int64_t threads; /* 0: one a processor */
    uint64_t memory; /* bytes; 0: as the library decides */
    const char *scratch;
    /* numbers */
    double eps;
    int64_t ddof;
    int nan;    /* sci_nan_policy */
    int dtype;  /* cli_dtype */
    int digest; /* sci_digest_kind */
    int64_t seed;
    cli_shard shard;
    /* text */
    bool json;
    const char *config;
    bool print_config;
} cli_common;

#define CLI_AT(settings, member) offsetof(settings, common.member)

/* -o -f --verify --no-sync */
#define CLI_ROW_OUTPUT(settings)                                                        \
    {                                                                                   \
        'o', "output", "FILE", CLI_TEXT, CLI_AT(settings, output), NULL,                \
            "where the result goes; a directory if there are several inputs", "Output", \
            CLI_REQUIRED | CLI_PATH | CLI_WRITTEN, NULL, 0, 0                           \
    }
/* Of a verb that makes one file, whatever its inputs. */
#define CLI_ROW_OUTPUT_FILE(settings, help)                                              \
    {                                                                                    \
        'o', "output", "FILE", CLI_TEXT, CLI_AT(settings, output), NULL, help, "Output", \
            CLI_REQUIRED | CLI_PATH | CLI_WRITTEN, NULL, 0, 0                            \
    }
#define CLI_ROWS_WRITING(settings)                                                      \
    { 'f',                                                                              \
      "force",                                                                          \
      NULL,                                                                             \
      CLI_FLAG,                                                                         \
      CLI_AT(settings, force),                                                          \
      NULL,                                                                             \
      "replace an output that exists",                                                  \
      "Output",                                                                         \
      0,                                                                                \
      NULL,                                                                             \
      0,                                                                                \
      0 },                                                                              \
        { 0,                                                                            \
          "verify",                                                                     \
          NULL,                                                                         \
          CLI_FLAG,                                                                     \
          CLI_AT(settings, verify),                                                     \
          NULL,                                                                         \
          "read the whole output back and compare it before it gets its name",          \
          "Output",                                                                     \
          0,                                                                            \
          NULL,                                                                         \
          0,                                                                            \
          0 },                                                                          \
    {                                                                                   \
        0, "no-sync", NULL, CLI_FLAG, CLI_AT(settings, no_sync), NULL,                  \
            "do not wait until the output is safe on the disk", "Output", 0, NULL, 0, 0 \
    }

/* Inputs of verbs that read many: -r --manifest --dataset; -j for workers at once; --resume for
 * verbs that write one output an input. */
#define CLI_ROWS_INPUTS(settings)                                                                \
    { 'r',                                                                                       \
      "recursive",                                                                               \
      NULL,                                                                                      \
      CLI_FLAG,                                                                                  \
      CLI_AT(settings, recursive),                                                               \
      NULL,                                                                                      \
      "take the files of known extensions below a directory",                                    \
      "Inputs",                                                                                  \
      0,                                                                                         \
      NULL,                                                                                      \
      0,                                                                                         \
      0 },                                                                                       \
        { 0,                                                                                     \
          "manifest",                                                                            \
          "FILE",                                                                                \
          CLI_TEXT,                                                                              \
          CLI_AT(settings, manifest),                                                            \
          NULL,                                                                                  \
          "take the inputs from the column 'path' or 'image' of a table with tabs and a header", \
          "Inputs",                                                                              \
          CLI_PATH,                                                                              \
          NULL,                                                                                  \
          0,                                                                                     \
          0 },                                                                                   \
    {                                                                                            \
        0, "dataset", "PATH", CLI_TEXT, CLI_AT(settings, dataset), NULL,                         \
            "the dataset to read in every input that does not name one", "Inputs", CLI_RESULT,   \
            NULL, 0, 0                                                                           \
    }
/* Inputs of programs whose users have thousands of files: -r --manifest --glob -0 */
#define CLI_ROWS_FILES(settings)                                                              \
    { 'r',                                                                                    \
      "recursive",                                                                            \
      NULL,                                                                                   \
      CLI_FLAG,                                                                               \
      CLI_AT(settings, recursive),                                                            \
      NULL,                                                                                   \
      "take the files of known extensions below a directory",                                 \
      "Inputs",                                                                               \
      0,                                                                                      \
      NULL,                                                                                   \
      0,                                                                                      \
      0 },                                                                                    \
        { 0,                                                                                  \
          "manifest",                                                                         \
          "FILE",                                                                             \
          CLI_TEXT,                                                                           \
          CLI_AT(settings, manifest),                                                         \
          NULL,                                                                               \
          "take the inputs from the column 'path' of a table with tabs and a header",         \
          "Inputs",                                                                           \
          CLI_PATH,                                                                           \
          NULL,                                                                               \
          0,                                                                                  \
          0 },                                                                                \
        { 0,                                                                                  \
          "glob",                                                                             \
          NULL,                                                                               \
          CLI_FLAG,                                                                           \
          CLI_AT(settings, glob),                                                             \
          NULL,                                                                               \
          "inputs are patterns like '*.wav', where they are not files",                       \
          "Inputs",                                                                           \
          0,                                                                                  \
          NULL,                                                                               \
          0,                                                                                  \
          0 },                                                                                \
    {                                                                                         \
        '0', "null", NULL, CLI_FLAG, CLI_AT(settings, null_list), NULL,                       \
            "take inputs also from standard input, each ended by a zero byte (find -print0)", \
            "Inputs", 0, NULL, 0, 0                                                           \
    }
#define CLI_ROW_JOBS(settings)                                                                  \
    {                                                                                           \
        'j', "jobs", "N", CLI_INTEGER, CLI_AT(settings, jobs), "1",                             \
            "inputs worked on at once; threads and memory are divided among them", "Inputs", 0, \
            NULL, 1, 1024                                                                       \
    }
#define CLI_ROW_RESUME(settings)                                                                \
    {                                                                                           \
        0, "resume", NULL, CLI_FLAG, CLI_AT(settings, resume), NULL,                            \
            "leave out inputs that an earlier run with the same options has done", "Inputs", 0, \
            NULL, 0, 0                                                                          \
    }

#define CLI_ROWS_RESOURCES(settings)                                                             \
    { 't',                                                                                       \
      "threads",                                                                                 \
      "N",                                                                                       \
      CLI_INTEGER,                                                                               \
      CLI_AT(settings, threads),                                                                 \
      NULL,                                                                                      \
      "threads in all, without it one a processor",                                              \
      "Resources",                                                                               \
      0,                                                                                         \
      NULL,                                                                                      \
      0,                                                                                         \
      1024 },                                                                                    \
        { 0,                                                                                     \
          "memory",                                                                              \
          "SIZE",                                                                                \
          CLI_SIZE,                                                                              \
          CLI_AT(settings, memory),                                                              \
          NULL,                                                                                  \
          "memory for data and tables, in K, M, G, KiB, MiB or GiB, without it as little as is " \
          "fast",                                                                                \
          "Resources",                                                                           \
          0,                                                                                     \
          NULL,                                                                                  \
          0,                                                                                     \
          0 },                                                                                   \
    {                                                                                            \
        0, "scratch", "DIR", CLI_TEXT, CLI_AT(settings, scratch), NULL,                          \
            "where a temporary copy goes if one is needed, without it beside the output",        \
            "Resources", CLI_DIRECTORY, NULL, 0, 0                                               \
    }

#define CLI_ROW_EPS(settings)                                                                      \
    {                                                                                              \
        0, "eps", "X", CLI_REAL, CLI_AT(settings, eps), "1e-5",                                    \
            "added to every variance, in the square of the data's unit", "Statistics", CLI_RESULT, \
            NULL, 0, 1e300                                                                         \
    }
#define CLI_ROW_DDOF(settings)                                                                     \
    {                                                                                              \
        0, "ddof", "N", CLI_INTEGER, CLI_AT(settings, ddof), "0",                                  \
            "divide sums of squares by count - N, N being 0 or 1", "Statistics", CLI_RESULT, NULL, \
            0, 1                                                                                   \
    }
#define CLI_ROW_NAN(settings)                                               \
    {                                                                       \
        0, "nan", "POLICY", CLI_CHOICE, CLI_AT(settings, nan), "refuse",    \
            "what happens to NaN and infinities", "Statistics", CLI_RESULT, \
            "refuse|ignore|propagate", 0, 0                                 \
    }
#define CLI_ROW_DTYPE(settings)                                                               \
    {                                                                                         \
        0, "dtype", "TYPE", CLI_CHOICE, CLI_AT(settings, dtype), NULL,                        \
            "element type of the output, without it f64 for f64 input and f32 for all other", \
            "Output", CLI_RESULT, "f32=f4|f64=f8", 0, 0                                       \
    }
#define CLI_ROW_DIGEST(settings)                                                         \
    {                                                                                    \
        0, "digest", "KIND", CLI_CHOICE, CLI_AT(settings, digest), "xxh3",               \
            "how contents are identified", "Statistics", CLI_RESULT, "xxh3|sha256", 0, 0 \
    }
#define CLI_ROW_SEED(settings)                                                                   \
    {                                                                                            \
        0, "seed", "N", CLI_INTEGER, CLI_AT(settings, seed), "0", "start of the random numbers", \
            "Statistics", CLI_RESULT, NULL, 0, 0                                                 \
    }
#define CLI_ROW_SHARD(settings)                                                               \
    {                                                                                         \
        0, "shard", "I/N", CLI_SHARD, CLI_AT(settings, shard), NULL,                          \
            "do only part I of N; the parts are put together later", "Resources", CLI_RESULT, \
            NULL, 0, 0                                                                        \
    }
#define CLI_ROW_JSON(settings)                                                                    \
    {                                                                                             \
        0, "json", NULL, CLI_FLAG, CLI_AT(settings, json), NULL,                                  \
            "print JSON, with 17 digits and null for what is not finite", "Output", 0, NULL, 0, 0 \
    }

/* --config --print-config (config.h) */
#define CLI_ROWS_CONFIG(settings)                                                              \
    { 0,                                                                                       \
      "config",                                                                                \
      "FILE",                                                                                  \
      CLI_TEXT,                                                                                \
      CLI_AT(settings, config),                                                                \
      NULL,                                                                                    \
      "take options that are not on the command line from a file of lines NAME = VALUE, those " \
      "under [VERB] for one verb",                                                             \
      "Options",                                                                               \
      CLI_PATH,                                                                                \
      NULL,                                                                                    \
      0,                                                                                       \
      0 },                                                                                     \
    {                                                                                          \
        0, "print-config", NULL, CLI_FLAG, CLI_AT(settings, print_config), NULL,               \
            "print all options with their values as such a file, and do nothing else",         \
            "Options", 0, NULL, 0, 0                                                           \
    }

#endif
