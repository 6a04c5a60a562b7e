#include "data/base/base32.h"

static const char DIGITS[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

char base32_digit(unsigned value)
{
    return DIGITS[value & 31];
}

int base32_value(uint32_t c)
{
    if (c >= 'a' && c <= 'z')
        c -= 'a' - 'A';
    if (c == 'O')
        return 0;
    if (c == 'I' || c == 'L')
        return 1;
    for (int i = 0; i < 32; i++)
        if (c == (unsigned char)DIGITS[i])
            return i;
    return -1;
}
