#include <iostream>
#include <string>

std::string greeting(const std::string &name);

int main(int count, char **words) {
    std::cout << greeting(count > 1 ? words[1] : "nobody") << std::endl;
}
