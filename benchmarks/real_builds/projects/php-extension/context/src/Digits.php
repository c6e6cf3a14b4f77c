<?php

namespace Example;

class Digits
{
    public static function ofFactorial(int $number): string
    {
        return Text\Groups::of(gmp_strval(gmp_fact($number)));
    }
}
