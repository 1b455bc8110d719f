/* SPDX-License-Identifier: GPL-3.0-or-later */
/* isa.h: the hot code, compiled once for each instruction set.
 *
 * The files that the Makefile lists as HOT are compiled with -DISA=base, and on x86-64
 * also with -DISA=v3 (AVX2, FMA) and -DISA=v4 (AVX-512). They are plain C throughout;
 * only the compiler's -march differs, and all variants give the same bits. */
#ifndef PNM_ISA_H
#define PNM_ISA_H

#include "base/error.h"

#define ISA_JOIN_(name, isa) name##_##isa
#define ISA_JOIN(name, isa) ISA_JOIN_(name, isa)
#define ISA_NAME(name) ISA_JOIN(name, ISA) /* pnm -> pnm_v3 */

/* Number of lanes whose state a loop holds in registers: as many as fit, because the
 * steps of one lane wait for each other while those of several lanes overlap. Every
 * lane is computed alike, so the number never changes a result. */
#ifdef __AVX512F__
enum { LANE_GROUP = 32 };
#else
enum { LANE_GROUP = 64 };
#endif

enum isa { ISA_BASE, ISA_V3, ISA_V4, ISA_COUNT };

/* The initializers of a table of ISA_NAME(name), indexed by instruction set:
 * {ISA_TABLE(loops)}. Instruction sets of other kinds of processors stay NULL. */
#if defined(__x86_64__)
#define ISA_TABLE(name)                                                                \
    [ISA_BASE] = &name##_base, [ISA_V3] = &name##_v3, [ISA_V4] = &name##_v4
#define ISA_DECLARE(type, name) extern type name##_base, name##_v3, name##_v4
#else
#define ISA_TABLE(name) [ISA_BASE] = &name##_base
#define ISA_DECLARE(type, name) extern type name##_base
#endif

/* Finds the best instruction set of this processor, or the one that the environment
 * variable PNM_ISA names (base, v3, v4). STATUS_USAGE if the processor lacks it. */
PNM_MUST_USE int isa_find(enum isa *isa, struct error *error);

/* "base", "v3" or "v4". */
const char *isa_name(enum isa isa);

#endif
