/* isa.h: the hot code, compiled once for each instruction set.
 *
 * The files that the Makefile lists as HOT are compiled with -DISA=base, and on x86-64
 * also with -DISA=v3 (AVX2, FMA) and -DISA=v4 (AVX-512). They are plain C throughout;
 * only the compiler's -march differs, and all variants give the same bits. */
#ifndef PNM_ISA_H
#define PNM_ISA_H

#define ISA_JOIN_(name, isa) name##_##isa
#define ISA_JOIN(name, isa) ISA_JOIN_(name, isa)
#define ISA_NAME(name) ISA_JOIN(name, ISA) /* pnm -> pnm_v3 */

/* Lanes whose state a loop holds in registers: as many as the instruction set has room
 * for, because the steps of one lane wait for each other and those of several overlap.
 * Every lane is computed alike, so this never changes a result. */
#ifdef __AVX512F__
enum { LANE_GROUP = 32 };
#else
enum { LANE_GROUP = 64 };
#endif

#endif
