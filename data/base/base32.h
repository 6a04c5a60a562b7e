/*
 * Crockford's base 32, for codes that people read out and type: no I, L, O or U; a typed O is 0, I and L are 1.
 */
#ifndef DATA_BASE_BASE32_H
#define DATA_BASE_BASE32_H

#include <stdint.h>

char base32_digit(unsigned value);   /* of 0 to 31; higher bits do not count */
int base32_value(uint32_t character); /* of either case; -1: it is no digit */

#endif
