<?php

namespace Example\Text;

class Groups
{
    public static function of(string $digits): string
    {
        return strrev(implode(' ', str_split(strrev($digits), 3)));
    }
}
